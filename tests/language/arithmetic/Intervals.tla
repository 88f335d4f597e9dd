\* expect: ok
\* a..b is empty if b < a, includes both ends, may be negative, and equals the
\* set that lists its elements: all ways meet in the same states.
------------------------------ MODULE Intervals -------------------------------
EXTENDS Integers, FiniteSets
VARIABLES s, n
Init == s = {} /\ n = 2
Next == \/ n > -3 /\ n' = n - 1 /\ s' = n..0
        \/ n = -1 /\ s' = {0, -1} /\ n' = -2
        \/ Cardinality(s) = 4 /\ s' = {} /\ n' = 2
===============================================================================
