\* expect: ok
\* A record with many fields, and a change of one of them.
------------------------------ MODULE BigRecords ------------------------------
EXTENDS Integers
VARIABLE r
Init == r = [term |-> 0, vote |-> "none", log |-> <<>>, commit |-> 0,
             id |-> "n1", next |-> [a |-> 1, b |-> 1], match |-> {},
             role |-> "follower", up |-> TRUE, seen |-> {<<1, "x">>},
             x1 |-> 1, x2 |-> 2, x10 |-> 10]
Next == \/ r.term < 2 /\ r' = [r EXCEPT !.term = @ + 1, !.next.a = r.x10,
                                        !.seen = @ \cup {<<r.term, r.vote>>}]
        \/ r' = [r EXCEPT !.up = ~@, !.x2 = IF r.up THEN 10 ELSE 2]
===============================================================================
