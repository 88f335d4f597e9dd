\* expect: ok
\* A negative divisor of \div: 7 \div -2 and -7 \div -2 still round down.
-------------------------- MODULE DivisionByNegative --------------------------
EXTENDS Integers
VARIABLES x, q
Init == x = -4 /\ q = 0
Next == x < 4 /\ x' = x + 1 /\ q' = x \div (-3)
===============================================================================
