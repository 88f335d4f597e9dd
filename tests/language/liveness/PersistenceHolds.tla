\* expect: ok
\* P ~> []Q where it is left for good.
--------------------------- MODULE PersistenceHolds ---------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == x = 0 ~> [](x > 0)
===============================================================================
