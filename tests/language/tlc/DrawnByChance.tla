\* expect: ok
\* What has the level of a constant is drawn once, all else each time.
---------------------------- MODULE DrawnByChance -----------------------------
EXTENDS TLC, Randomization, Integers, FiniteSets
VARIABLES same, other, part, parts, huge
Many == 1..1000000
Once == RandomElement(Many)
Each(n) == RandomElement(Many) + n
Init == same = FALSE /\ other = FALSE /\ part = {} /\ parts = 0 /\ huge = 0
Next == /\ same' = (Once = Once)
        /\ other' = (Each(1) # Each(1))
        /\ part' = RandomSubset(3, {1, 2, 3})
        /\ parts' = Cardinality(RandomSetOfSubsets(20, 0, 1..20))
        /\ huge' = Cardinality(RandomSubset(9, [1..12 -> SUBSET (1..9)]))
===============================================================================
