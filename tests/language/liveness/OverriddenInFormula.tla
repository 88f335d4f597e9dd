\* expect: violates P
\* A replacement of the cfg holds inside of formulas.
------------------------- MODULE OverriddenInFormula --------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
Done == x > 0
Other == x > 1
P == <>Done
===============================================================================
