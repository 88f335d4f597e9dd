\* expect: ok
\* Updates apply in order: the second @ is the value that the first one made.
\* Keys, however, read the function as it was.
------------------------ MODULE LaterUpdatesSeeEarlier ------------------------
EXTENDS Integers
VARIABLE f
Init == f = <<1, 2, 3>>
Next == \/ f' = [f EXCEPT ![1] = @ + 1, ![1] = @ * 2]
        \/ f' = [f EXCEPT ![1] = 2, ![f[1]] = 0]
        \/ f' = [f EXCEPT ![2] = f[1], ![1] = f[2]]
Small == f[1] < 20
===============================================================================
