\* expect: ok
\* \div rounds towards minus infinity and % has the sign of the divisor.
\* Rounding towards zero gives other quotients for negative dividends.
-------------------------- MODULE DivisionAndModulus --------------------------
EXTENDS Integers
VARIABLES x, d, q, r
Init == /\ x \in -5..5 /\ d \in 1..3 /\ q = x \div d /\ r = x % d
Next == x < 5 /\ x' = x + 1 /\ d' = d /\ q' = x' \div d /\ r' = x' % d'
Law == x = d * q + r /\ r \in 0..(d - 1)
===============================================================================
