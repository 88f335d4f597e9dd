\* expect: ok
\* Two actions that make the same step are two edges.
--------------------------- MODULE SameStepTwoNames ---------------------------
EXTENDS Integers
VARIABLE x
A == x' = 1 - x
B == x = 0 /\ x' = 1
Init == x = 0
Next == A \/ B \/ A
===============================================================================
