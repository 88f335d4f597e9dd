\* expect: violates P
\* WF_x of an action that changes y alone demands nothing.
------------------------ MODULE SubscriptDoesNotChange ------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ WF_x(B)
P == <>(y = 1)
===============================================================================
