\* expect: ok
\* Permutations(S) and SortSeq with an operator.
------------------------ MODULE PermutationsAndSorting ------------------------
EXTENDS TLC, Integers, Sequences, FiniteSets
VARIABLES s, n
Init == s = <<2, 3, 1, 2>> /\ n = Cardinality(Permutations({4, 5, 6}))
Next == \/ s' = SortSeq(s, <) /\ UNCHANGED n
        \/ \E p \in Permutations(1..2) : s' = <<p[1], p[2]>> /\ n' = p[1]
        \/ s' = SortSeq(s, LAMBDA a, b : a > b) /\ UNCHANGED n
===============================================================================
