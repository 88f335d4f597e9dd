\* expect: error
\* A tuple pattern fits tuples of its own length only.
---- MODULE PatternThatDoesNotFit ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x < 2 /\ x' = x + 1
Fits == \A <<a, b>> \in {<<1, 2>>, <<1, x>>, <<x>>} : a < 9
====
