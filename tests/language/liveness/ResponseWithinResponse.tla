\* expect: ok
\* [] and <> nested three deep.
------------------------ MODULE ResponseWithinResponse ------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == [](x = 0 => <>(x = 1 /\ <>(x = 2 /\ <>(x = 0))))
===============================================================================
