\* expect: ok
\* Sets, booleans and functions as arguments.
--------------------------- MODULE FunctionsOfSets ----------------------------
EXTENDS Integers, FiniteSets
VARIABLES s, v
f == [t \in SUBSET {1, 2} |-> Cardinality(t)]
g == [h \in [{1, 2} -> {0, 1}] |-> h[1] + 2 * h[2]]
Init == s = {} /\ v = 0
Next == \E x \in 1..2 : s' = s \cup {x} /\ v' = f[s'] + g[<<v % 2, x % 2>>]
===============================================================================
