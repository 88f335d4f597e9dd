\* expect: ok
\* CHECK_DEADLOCK FALSE: the same without that step.
------------------------------ MODULE NotChecked ------------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x < 2 /\ x' = x + 1
===============================================================================
