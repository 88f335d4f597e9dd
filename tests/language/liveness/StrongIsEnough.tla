\* expect: ok
\* The same with SF.
---------------------------- MODULE StrongIsEnough ----------------------------
EXTENDS Integers
VARIABLE x
Around == x < 2 /\ x' = 1 - x
Leave == x = 1 /\ x' = 2
Spec == x = 0 /\ [][Around \/ Leave]_x /\ WF_x(Around) /\ SF_x(Leave)
Leaves == <>(x = 2)
===============================================================================
