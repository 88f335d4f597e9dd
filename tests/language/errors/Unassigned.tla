\* expect: error
\* y' is left open in one disjunct.
------------------------------ MODULE Unassigned ------------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == (x = 0 /\ x' = 1 /\ y' = 0) \/ (x = 1 /\ x' = 0)
===============================================================================
