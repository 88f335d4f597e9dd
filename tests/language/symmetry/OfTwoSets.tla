\* expect: ok
\* The union of two sets of permutations.
------------------------------ MODULE OfTwoSets -------------------------------
EXTENDS TLC
CONSTANTS P, Q
VARIABLE r
Perms == Permutations(P) \cup Permutations(Q)
Init == r = {}
Next == \E p \in P, q \in Q : r' = r \cup {<<p, q>>}
===============================================================================
