\* expect: ok
\* \A in an action is a conjunction: each conjunct assigns or compares.
--------------------------- MODULE UniversalAction ----------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == /\ \A k \in {1, 2} : x' = (x + 1) % 3
        /\ \A k \in {} : y' = 9
        /\ y' \in 0..x' /\ (\A k \in 0..1 : y' # k + 1)
===============================================================================
