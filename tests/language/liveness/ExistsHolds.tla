\* expect: ok
\* \E over a constant set: not the same element in each behavior.
----------------------------- MODULE ExistsHolds ------------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \E i \in 1..3 : <>[](x = i)
===============================================================================
