\* expect: ok
\* Each connective for each pair of truth values.
----------------------------- MODULE TruthTables ------------------------------
VARIABLES p, q, r
Init == p \in BOOLEAN /\ q \in BOOLEAN /\ r = <<>>
Next == /\ r = <<>> /\ UNCHANGED <<p, q>>
        /\ r' = <<p /\ q, p \/ q, p => q, p <=> q, p \equiv q, ~p, \lnot q,
                  p = q, p # q, (p \land q), (p \lor q)>>
===============================================================================
