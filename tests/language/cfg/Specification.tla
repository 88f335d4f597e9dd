\* expect: ok
\* SPECIFICATION with fairness and a subscript that is a definition.
---------------------------- MODULE Specification -----------------------------
EXTENDS Integers
VARIABLES x, y
vars == <<x, y>>
Init == x = 0 /\ y = 1
Next == x < 3 /\ x' = x + 1 /\ y' = x'
Spec == /\ Init
        /\ [][Next]_vars
        /\ WF_vars(Next)
A == x \in 0..3
B == y >= x
C == y < 4
===============================================================================
