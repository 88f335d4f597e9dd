\* expect: ok
\* \E <<a, b>> \in a constant set of pairs.
-------------------------- MODULE TuplePatternBound ---------------------------
EXTENDS Integers
VARIABLE x
Jump(a, b) == x = a /\ x' = b
Init == x = 0
Next == \E <<a, b>> \in {<<0, 1>>, <<1, 2>>, <<2, 0>>} : Jump(a, b)
===============================================================================
