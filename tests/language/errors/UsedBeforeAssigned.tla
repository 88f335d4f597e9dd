\* expect: error
\* y' is read before it is assigned: the order of conjuncts matters to TLC.
-------------------------- MODULE UsedBeforeAssigned --------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == x' = y' + 1 /\ y' = 0
===============================================================================
