\* expect: ok
\* Fairness for each pair of a set of pairs.
----------------------------- MODULE BoundPattern -----------------------------
EXTENDS Integers
VARIABLE x
Move(a, b) == x = a /\ x' = b
Edges == {<<0, 1>>, <<1, 2>>, <<1, 0>>}
Next == \E <<a, b>> \in Edges : Move(a, b)
Spec == x = 0 /\ [][Next]_x /\ \A <<a, b>> \in Edges : SF_x(Move(a, b))
P == <>(x = 2)
===============================================================================
