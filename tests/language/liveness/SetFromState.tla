\* expect: error
\* A temporal formula for each element of a set that changes.
----------------------------- MODULE SetFromState -----------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A i \in 0..x : <>(x > i)
===============================================================================
