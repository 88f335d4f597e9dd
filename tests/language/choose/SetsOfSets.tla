\* expect: ok
\* The first set of a set of sets, and of SUBSET.
------------------------------ MODULE SetsOfSets ------------------------------
EXTENDS Integers, FiniteSets
VARIABLE v
Init == v = <<>>
Next == v' = << CHOOSE s \in SUBSET {1, 2, 3} : Cardinality(s) = 2,
                CHOOSE s \in {{3}, {1, 2}} : TRUE,
                CHOOSE s \in {{2, 3}, {1, 4}, {1, 3}} : TRUE,
                CHOOSE s \in SUBSET {1, 2, 3} : 3 \in s,
                CHOOSE s \in SUBSET {4, 2, 3} : s # {} >>
===============================================================================
