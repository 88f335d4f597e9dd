\* expect: ok
\* An argument with a variable in it, primed inside of the operator.
------------------------ MODULE OperatorArgumentPrimed ------------------------
EXTENDS Integers
VARIABLES x, y
Grows(e) == e' > e
Next == x' \in 0..2 /\ y' \in 0..2 /\ Grows(x + y)
Init == x = 0 /\ y = 0
===============================================================================
