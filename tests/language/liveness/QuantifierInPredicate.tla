\* expect: violates P
\* A quantifier of a predicate may range over what depends on the state.
------------------------ MODULE QuantifierInPredicate -------------------------
EXTENDS Integers
VARIABLE s
Next == \E i \in 1..3 : s' = s \cup {i} /\ i \notin s
Spec == s = {} /\ [][Next]_s /\ WF_s(\E i \in 1..2 : s' = s \cup {i})
P == <>(\A i \in 1..3 : \E j \in s : i <= j)
===============================================================================
