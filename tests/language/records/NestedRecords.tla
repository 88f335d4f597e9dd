\* expect: ok
\* r.a.b and records of sequences of records.
---------------------------- MODULE NestedRecords -----------------------------
EXTENDS Integers, Sequences
VARIABLE r
Init == r = [log |-> <<[t |-> 1]>>, in |-> [of |-> [n |-> 1]]]
Next == /\ Len(r.log) < 3
        /\ r' = [r EXCEPT !.log = Append(@, [t |-> r.in.of.n + r.log[1].t]),
                          !.in.of.n = r.log[Len(r.log)].t]
===============================================================================
