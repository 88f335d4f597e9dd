\* expect: ok
\* IF between temporal formulas; its test is of the first state.
----------------------------- MODULE IfOfFormulas -----------------------------
EXTENDS Integers
VARIABLE x
Next == x' = IF x < 2 THEN 1 - x ELSE x
Spec == x \in {0, 2} /\ [][Next]_x /\ WF_x(Next)
P == IF x = 0 THEN []<>(x = 1) ELSE [](x = 2)
===============================================================================
