\* expect: violates P
\* No single element does for all of one behavior.
----------------------------- MODULE ExistsFails ------------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \E i \in 0..2 : <>[](x = i)
===============================================================================
