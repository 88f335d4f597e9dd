\* expect: violates P
\* \E over the empty set is false, whatever it says.
----------------------------- MODULE EmptyExists ------------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \E i \in {} : <>(x > 0)
===============================================================================
