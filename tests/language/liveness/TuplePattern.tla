\* expect: ok
\* A pattern binds both parts of a pair.
----------------------------- MODULE TuplePattern -----------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A <<a, b>> \in {<<0, 1>>, <<1, 2>>, <<2, 0>>} : x = a ~> x = b
===============================================================================
