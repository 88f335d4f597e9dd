\* expect: error
\* Application of what is no function.
------------------------ MODULE ApplicationOfAnInteger ------------------------
VARIABLE x
Init == x = 3
Next == x' = x[1]
===============================================================================
