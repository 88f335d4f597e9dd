\* expect: ok
\* x' read through a local definition after it was assigned.
------------------------- MODULE PrimedValueOfALocal --------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == /\ x' \in {1, 2}
        /\ LET d == x' - x IN IF d > 0 THEN y' = d ELSE y' \in {5, 6}
===============================================================================
