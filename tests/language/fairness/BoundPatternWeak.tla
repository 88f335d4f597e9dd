\* expect: violates P
\* WF is not enough for the same.
--------------------------- MODULE BoundPatternWeak ---------------------------
EXTENDS Integers
VARIABLE x
Move(a, b) == x = a /\ x' = b
Edges == {<<0, 1>>, <<1, 2>>, <<1, 0>>}
Next == \E <<a, b>> \in Edges : Move(a, b)
Spec == x = 0 /\ [][Next]_x /\ \A <<a, b>> \in Edges : WF_x(Move(a, b))
P == <>(x = 2)
===============================================================================
