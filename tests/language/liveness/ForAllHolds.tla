\* expect: ok
\* \A over a constant set, each with its own value.
----------------------------- MODULE ForAllHolds ------------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A i \in 0..2 : []<>(x = i) /\ (x = i ~> x = (i + 1) % 3)
===============================================================================
