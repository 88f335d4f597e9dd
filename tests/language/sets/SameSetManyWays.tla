\* expect: ok
\* A set has no order and no duplicates: all these ways lead to two states.
--------------------------- MODULE SameSetManyWays ----------------------------
EXTENDS Integers, FiniteSets
VARIABLE s
Init == s = {1, 2, 2, 1}
Next == \/ s' = {2} \cup {1} \/ s' = 1..2 \/ s' = {x \in 0..5 : x \in {2, 1}}
        \/ s' = {3 - x : x \in {1, 2}} \/ s' = UNION {{1}, {2}, {}}
        \/ s' = {Cardinality(t) : t \in SUBSET {7, 8}} \ {0}
        \/ s' = DOMAIN <<5, 5>> \/ s' = {1, 2, 3} \ {3}
        \/ s' = {x \in s : x = 1}
===============================================================================
