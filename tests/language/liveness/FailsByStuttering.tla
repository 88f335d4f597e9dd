\* expect: violates Arrives
\* Without fairness it may stop for ever.
-------------------------- MODULE FailsByStuttering ---------------------------
EXTENDS Integers
VARIABLE x
Next == x < 3 /\ x' = x + 1
Spec == x = 0 /\ [][Next]_x
Arrives == <>(x = 3)
===============================================================================
