\* expect: violates P
\* ~(P ~> Q) holds of one behavior, which is not enough.
---------------------------- MODULE NegatedLeadsTo ----------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == ~(x = 0 ~> x = 1)
===============================================================================
