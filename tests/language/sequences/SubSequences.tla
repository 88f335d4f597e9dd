\* expect: ok
\* SubSeq(s, m, n): both ends included, 1-based, <<>> if m > n even where m and
\* n are no indices.
----------------------------- MODULE SubSequences -----------------------------
EXTENDS Integers, Sequences
VARIABLES m, n, r
S == <<"a", "b", "c">>
Init == m \in 1..3 /\ n \in 0..3 /\ r = <<>>
Next == r' = SubSeq(S, m, n) \o <<SubSeq(S, 9, 5)>> /\ UNCHANGED <<m, n>>
===============================================================================
