------------------------------- MODULE Halfway --------------------------------
EXTENDS Integers
VARIABLE m
S == INSTANCE Switch WITH on <- m > 1, count <- m \div 2
Init == m = 0
Next == m' = (m + 1) % 4
Spec == Init /\ [][Next]_m /\ WF_m(Next)
Weaker == S!Weak
===============================================================================
