\* expect: violates Arrives
\* WF of Stay only: WF of a step that changes nothing asks for nothing.
------------------------ MODULE FairnessOfOneDisjunct -------------------------
EXTENDS Integers
VARIABLE x
Go == x = 0 /\ x' = 1
Stay == UNCHANGED x
Spec == x = 0 /\ [][Go \/ Stay]_x /\ WF_x(Stay)
Arrives == <>(x = 1)
===============================================================================
