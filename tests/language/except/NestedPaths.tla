\* expect: ok
\* ![a][b] changes one place of an inner function and nothing beside it.
----------------------------- MODULE NestedPaths ------------------------------
EXTENDS Integers
VARIABLE m
Init == m = [i \in {"a", "b"} |-> [j \in 0..1 |-> 0]]
Next == \E i \in {"a", "b"}, j \in 0..1 : m' = [m EXCEPT ![i][j] = 1 - m[i][0]]
===============================================================================
