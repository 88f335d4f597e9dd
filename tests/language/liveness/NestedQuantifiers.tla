\* expect: ok
\* The second set depends on the first name; \E under \A.
-------------------------- MODULE NestedQuantifiers ---------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A i \in 1..2, j \in 0..2 : \E k \in i..2 : x = j ~> x = k
===============================================================================
