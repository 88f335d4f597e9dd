\* expect: violates I
\* []P as a conjunct does not keep states from being visited.
---------------------- MODULE AssumedAlwaysNotInvariant -----------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ [](y = 0)
I == y = 0
===============================================================================
