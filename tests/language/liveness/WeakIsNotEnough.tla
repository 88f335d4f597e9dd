\* expect: violates Leaves
\* Leave is enabled again and again, never continuously: WF does not force it.
--------------------------- MODULE WeakIsNotEnough ----------------------------
EXTENDS Integers
VARIABLE x
Around == x < 2 /\ x' = 1 - x
Leave == x = 1 /\ x' = 2
Spec == x = 0 /\ [][Around \/ Leave]_x /\ WF_x(Around) /\ WF_x(Leave)
Leaves == <>(x = 2)
===============================================================================
