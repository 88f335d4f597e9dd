\* expect: ok
\* A guard behind an assignment, and an assignment that reads another one.
------------------------- MODULE ConjunctsInAnyOrder --------------------------
EXTENDS Integers
VARIABLES x, y
Init == (x \in 0..1 /\ y = x + 1 /\ y < 2) \/ (y = 5 /\ x = y)
Next == y' = x + 1 /\ x' \in {y - 1, y' - 1} /\ x' >= 0 /\ y < 5 /\ x < 4
===============================================================================
