\* expect: violates P
\* \A over a constant set: one element of three has not its turn.
----------------------------- MODULE ForAllFails ------------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A i \in 0..3 : []<>(x = i)
===============================================================================
