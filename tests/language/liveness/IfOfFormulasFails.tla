\* expect: violates P
\* The same, wrong in the second branch only.
-------------------------- MODULE IfOfFormulasFails ---------------------------
EXTENDS Integers
VARIABLE x
Next == x' = IF x < 2 THEN 1 - x ELSE x
Spec == x \in {0, 2} /\ [][Next]_x /\ WF_x(Next)
P == IF x = 0 THEN []<>(x = 1) ELSE <>(x = 1)
===============================================================================
