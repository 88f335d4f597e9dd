\* expect: violates P
\* The same with a pair too many.
-------------------------- MODULE TuplePatternFails ---------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == \A <<a, b>> \in {<<0, 1>>, <<1, 2>>} : x = a ~> x = b
===============================================================================
