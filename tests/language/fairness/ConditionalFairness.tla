\* expect: ok
\* Fairness that holds only if something happened.
------------------------- MODULE ConditionalFairness --------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == /\ x = 0 /\ y = 0 /\ [][Next]_<<x, y>>
        /\ <>(y = 1) => WF_<<x, y>>(A)
P == <>(y = 1) => []<>(x = 1)
===============================================================================
