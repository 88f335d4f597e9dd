\* expect: ok
\* IsFiniteSet and Cardinality of sets that are never listed as such.
------------------------------ MODULE Finiteness ------------------------------
EXTENDS FiniteSets, Integers
VARIABLES s, r
Init == s \in SUBSET {1, 2} /\ r = <<>>
Next == /\ r' = <<Cardinality(SUBSET s), Cardinality([s -> s]),
                  Cardinality(s \X {1, 2, 3}), IsFiniteSet(s), Cardinality(s)>>
        /\ s' = s
===============================================================================
