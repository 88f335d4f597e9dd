\* expect: ok
\* [a : S, b : T] holds one record for each combination.
------------------------------ MODULE RecordSets ------------------------------
EXTENDS Integers, FiniteSets
VARIABLES r, n
Init == r \in [a : {1, 2}, b : BOOLEAN] /\ n = 0
Next == n' = Cardinality([x : 1..3, y : {r.a, 2}, z : {r.b}]) /\ r' = r
===============================================================================
