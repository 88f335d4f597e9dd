\* expect: ok
\* Functions are equal if domains and values are: a tuple is one on 1..n, a
\* record one on strings.
------------------------- MODULE ExtensionalEquality --------------------------
EXTENDS Integers, Sequences
VARIABLES n, eq
Init == n = 0 /\ eq = FALSE
Next == /\ n' = n + 1
        /\ \/ n = 0 /\ eq' = (<<4, 5>> = [i \in 1..2 |-> i + 3])
           \/ n = 1 /\ eq' = ([a |-> 1] = [s \in {"a"} |-> 1])
           \/ n = 2 /\ eq' = ([i \in {0, 1} |-> 0] = [i \in {0, 1} |-> i])
           \/ n = 3 /\ eq' = (<<>> = [i \in {} |-> i])
           \/ n = 4 /\ eq' = ([i \in {1, 2} |-> i] = [i \in {1, 3} |-> i])
===============================================================================
