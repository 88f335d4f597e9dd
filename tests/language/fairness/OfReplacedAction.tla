\* expect: violates P
\* WF of an action that the cfg replaces by one that does less.
--------------------------- MODULE OfReplacedAction ---------------------------
EXTENDS Integers
VARIABLES x, y
Step == x < 2 /\ x' = x + 1 /\ y' = y
Lazy == x < 1 /\ y < 3 /\ x' = x + 1 /\ y' = y
Spec == x = 0 /\ y = 0 /\ [][Step]_<<x, y>> /\ WF_<<x, y>>(Step)
P == <>(x = 2)
===============================================================================
