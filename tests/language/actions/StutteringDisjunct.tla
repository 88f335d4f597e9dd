\* expect: ok
\* UNCHANGED as a step of its own makes self-loops under its label.
-------------------------- MODULE StutteringDisjunct --------------------------
EXTENDS Integers
VARIABLE x
Stay == UNCHANGED x
Go == x < 2 /\ x' = x + 1
Init == x = 0
Next == Stay \/ Go
===============================================================================
