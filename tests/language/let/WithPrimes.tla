\* expect: ok
\* A local definition that contains primes: an action inside of an action.
------------------------------ MODULE WithPrimes ------------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == LET Move == x' = x + 1 /\ x < 3
            Sum == x' + y
        IN Move /\ y' = Sum
===============================================================================
