\* expect: ok
\* Quorums: quantifiers over SUBSET and filtered sets.
---------------------------- MODULE OverPowerSets -----------------------------
EXTENDS Integers, FiniteSets
VARIABLE votes
Q == {q \in SUBSET (1..3) : Cardinality(q) * 2 > 3}
Init == votes = {}
Next == \/ \E p \in 1..3 : ~(\E q \in Q : q \subseteq votes)
                           /\ votes' = votes \cup {p}
        \/ \E q \in Q : q \subseteq votes /\ votes' = (1..3) \ q
===============================================================================
