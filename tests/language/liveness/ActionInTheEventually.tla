\* expect: ok
\* []<><<A>>_v: steps of A happen again and again.
------------------------ MODULE ActionInTheEventually -------------------------
EXTENDS Integers
VARIABLE x
A == x = 2 /\ x' = 0
Next == A \/ (x < 2 /\ x' = x + 1)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == []<><<A>>_x
===============================================================================
