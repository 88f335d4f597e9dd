\* expect: error
\* A field that the record has not.
----------------------------- MODULE NoSuchField ------------------------------
VARIABLE x
Init == x = [a |-> 1]
Next == x' = x.b
===============================================================================
