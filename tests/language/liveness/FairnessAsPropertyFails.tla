\* expect: violates P
\* WF of a part does not follow from WF of the whole.
----------------------- MODULE FairnessAsPropertyFails ------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A i \in 1..2 : (<>(x > 2) /\ SF_x(Go(i))) => [](x = 0)
===============================================================================
