\* expect: ok
\* x' \in S for intervals, sets of functions, records, products and filters.
-------------------------- MODULE AssignmentFromSets --------------------------
EXTENDS Integers
VARIABLES n, v
Init == n = 0 /\ v = <<>>
Next == /\ n < 5 /\ n' = n + 1
        /\ CASE n = 0 -> v' \in {1, 2} \X {3}
             [] n = 1 -> v' \in [{"a"} -> BOOLEAN]
             [] n = 2 -> v' \in [a : BOOLEAN, b : {0}]
             [] n = 3 -> v' \in {r \in [a : 1..3] : r.a # 2}
             [] n = 4 -> v' \in {<<i, i>> : i \in 1..2} \cup {<<>>}
===============================================================================
