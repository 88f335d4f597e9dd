\* expect: violates P
\* The same, but the inner set of one element does not do.
------------------------ MODULE NestedQuantifiersFail -------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A i \in 1..3 : \E k \in i..3 : x = 0 ~> x = k
===============================================================================
