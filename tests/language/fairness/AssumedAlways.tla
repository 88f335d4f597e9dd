\* expect: ok
\* []P as a conjunct is assumed of behaviors.
---------------------------- MODULE AssumedAlways -----------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ [](x = y \/ y = 0)
P == <>(y = 1) => <>(x = 1)
===============================================================================
