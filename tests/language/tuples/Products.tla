\* expect: ok
\* S \X T \X U holds triples, (S \X T) \X U pairs with a pair inside.
------------------------------- MODULE Products -------------------------------
EXTENDS Integers, FiniteSets
VARIABLES p, s
Init == p \in {1, 2} \X {"a"} /\ s = {}
Next == \/ s' = {p} \X {p[1]} /\ UNCHANGED p
        \/ p' \in ({1} \X {2}) \X {3} /\ s' = {}
        \/ p' \in {1} \X {2} \X {3} /\ s' = {Cardinality({1, 2} \X {} \X {1})}
===============================================================================
