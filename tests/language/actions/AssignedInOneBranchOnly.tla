\* expect: ok
\* A branch that leaves y' to a conjunct behind the disjunction.
----------------------- MODULE AssignedInOneBranchOnly ------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == /\ (x' = 1 /\ y' = 2) \/ x' = 0
        /\ y' \in {1, 2} /\ (y' = 1 => x' = 0)
===============================================================================
