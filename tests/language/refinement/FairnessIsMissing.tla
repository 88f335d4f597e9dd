\* expect: violates Implements
\* Safe but not fair: the abstract WF is violated by stopping.
-------------------------- MODULE FairnessIsMissing ---------------------------
EXTENDS Naturals
VARIABLE h
Spec == h = 0 /\ [][h' = (h + 1) % 3]_h
Hours == INSTANCE Clock WITH hour <- h
Implements == Hours!Spec
===============================================================================
