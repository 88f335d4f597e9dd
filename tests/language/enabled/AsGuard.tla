\* expect: ok
\* ENABLED A in an action, where A has an \E and a later check.
------------------------------- MODULE AsGuard --------------------------------
EXTENDS Integers
VARIABLE x
A == \E d \in 1..2 : x' = x + d /\ x' % 3 = 0
Init == x = 0
Next == \/ A /\ x < 6
        \/ ~ENABLED A /\ x' = x + 1
        \/ ENABLED A /\ x > 5 /\ x' = 1
===============================================================================
