\* expect: ok
\* {} is an element of {{}} but not of {}; {{}} is not {}.
--------------------------- MODULE EmptySetsInSets ----------------------------
EXTENDS FiniteSets, Integers
VARIABLES s, n, in
Init == s = {} /\ n = 0 /\ in = ({} \in {})
Next == n < 2 /\ s' = {s} \cup s /\ n' = Cardinality(s') /\ in' = ({} \in s)
===============================================================================
