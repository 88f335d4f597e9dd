\* expect: ok
\* <>[][FALSE]_v: from some point on there is only stuttering.
---------------------------- MODULE NoMoreChanges -----------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == <>[][FALSE]_x
===============================================================================
