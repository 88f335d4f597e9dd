\* expect: violates P
\* Without the condition nothing has to happen.
----------------------- MODULE ConditionalFairnessFails -----------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == /\ x = 0 /\ y = 0 /\ [][Next]_<<x, y>>
        /\ <>(y = 1) => WF_<<x, y>>(A)
P == []<>(x = 1)
===============================================================================
