\* expect: violates Implements
\* The first state is none of the abstract clock's.
--------------------------- MODULE StartsElsewhere ----------------------------
EXTENDS Naturals
VARIABLE h
Spec == h = 1 /\ [][h' = (h + 1) % 3]_h
Hours == INSTANCE Clock WITH hour <- h
Implements == Hours!Safe
===============================================================================
