\* expect: violates P
\* What LET defines of the state is evaluated in each state anew.
-------------------------- MODULE LetInFormulaFails ---------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == LET now == x IN <>[](now = 0)
===============================================================================
