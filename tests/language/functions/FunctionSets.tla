\* expect: ok
\* [S -> T] has |T|^|S| elements; one for S = {}, none for T = {} alone.
----------------------------- MODULE FunctionSets -----------------------------
EXTENDS Integers, FiniteSets
VARIABLES f, n
Init == f \in [{"a", "b"} -> {1, 2}] \cup [{} -> {1}] /\ n = 0
Next == "b" \in DOMAIN f /\ f' \in [{"b"} -> {f["b"], 3}]
        /\ n' = Cardinality([{1} -> {}]) + Cardinality([{} -> {}])
===============================================================================
