\* expect: violates P
\* The premise holds in some behaviors, the conclusion in none of them.
--------------------------- MODULE ImplicationFails ---------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == <>(x = 2) => <>(x = 3)
===============================================================================
