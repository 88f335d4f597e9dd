\* expect: ok
\* P ~> Q as a conjunct of the specification.
---------------------------- MODULE LeadsToAssumed ----------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == /\ x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ WF_<<x, y>>(A)
        /\ (x = 1 ~> y = 1)
P == <>(y = 1)
===============================================================================
