\* expect: ok
\* A set constant of model values; one name in two sets is one value.
-------------------------- MODULE SetsOfModelValues ---------------------------
EXTENDS FiniteSets, Integers
CONSTANTS A, B
VARIABLES s, n
Init == s = A \cap B /\ n = 0
Next == \E x \in A \cup B : s' = s \cup {x} /\ n' = Cardinality(s')
===============================================================================
