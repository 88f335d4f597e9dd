\* expect: ok
\* IF as a formula without primes, as a value, and as argument.
--------------------------- MODULE AsGuardAndValue ----------------------------
EXTENDS Integers
VARIABLES x
Init == x = 0
Next == /\ IF x > 2 THEN x % 2 = 1 ELSE TRUE
        /\ x' = (IF x = 3 THEN 10 ELSE x) + (IF x < 9 THEN 1 ELSE -5)
===============================================================================
