\* expect: violates P
\* Two names of one set: all pairs, not just unequal ones.
----------------------------- MODULE SeveralNames -----------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A i, j \in 1..3 : <>(x = i) => ~<>(x = j)
===============================================================================
