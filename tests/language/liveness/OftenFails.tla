\* expect: violates P
\* []<>P fails where P holds for the last time.
------------------------------ MODULE OftenFails ------------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == []<>(x = 0)
===============================================================================
