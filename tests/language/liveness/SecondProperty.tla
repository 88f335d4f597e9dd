\* expect: violates Second
\* The first of two properties holds.
---------------------------- MODULE SecondProperty ----------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
First == <>(x > 0)
Second == <>(x = 1)
===============================================================================
