\* expect: ok
\* WF_y of the whole Next forces steps that change y.
--------------------------- MODULE SubscriptIsAPart ---------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ WF_y(Next)
P == []<>(y = 1) /\ []<>(y = 0)
===============================================================================
