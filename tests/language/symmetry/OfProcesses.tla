\* expect: ok
\* With SYMMETRY states that differ by a permutation are counted once.
----------------------------- MODULE OfProcesses ------------------------------
EXTENDS TLC, Integers
CONSTANT P
VARIABLES f, s
Perms == Permutations(P)
Init == f = [p \in P |-> 0] /\ s = {}
Next == \E p \in P : \/ f[p] < 1 /\ f' = [f EXCEPT ![p] = @ + 1] /\ s' = s
                     \/ f[p] = 1 /\ p \notin s /\ s' = s \cup {p} /\ f' = f
===============================================================================
