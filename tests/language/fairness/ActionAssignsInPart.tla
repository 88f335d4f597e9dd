\* expect: ok
\* ENABLED of an action that says nothing of y'.
------------------------- MODULE ActionAssignsInPart --------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ WF_x(x' = 1 - x)
P == []<>(x = 1)
===============================================================================
