\* expect: ok
\* x' \in {} has no step; the other disjunct still has.
----------------------------- MODULE EmptyChoice ------------------------------
EXTENDS Integers
VARIABLES x
Init == x = 0
Next == x' \in {y \in 1..x : y > 2} \/ (x < 3 /\ x' = x + 1)
===============================================================================
