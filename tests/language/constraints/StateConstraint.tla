\* expect: ok
\* States outside of CONSTRAINT are not followed, nor counted.
--------------------------- MODULE StateConstraint ----------------------------
EXTENDS Integers
VARIABLES x, y
Small == x + y < 4
Init == x \in {0, 5} /\ y = 0
Next == (x' = x + 1 /\ y' = y) \/ (y' = y + 2 /\ x' = x)
===============================================================================
