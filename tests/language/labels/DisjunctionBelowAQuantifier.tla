\* expect: ok
\* A disjunction below \E is descended as well; its anonymous arm is Next.
--------------------- MODULE DisjunctionBelowAQuantifier ----------------------
EXTENDS Integers
VARIABLE x
Add(d) == x' = (x + d) % 5
Sub(d) == x >= d /\ x' = x - d
Init == x = 0
Next == \E d \in {1, 2} : Add(d) \/ Sub(d) \/ (x = d /\ x' = 4)
===============================================================================
