------------------------------- MODULE Counter --------------------------------
\* Counts x up to N.
EXTENDS Naturals
CONSTANT N
VARIABLE x
Start == x = 0
Count == x < N /\ x' = x + 1
Reset == x = N /\ x' = 0
Far == x > N \div 2
Next == Count \/ Reset
Spec == Start /\ [][Next]_x /\ WF_x(Next)
===============================================================================
