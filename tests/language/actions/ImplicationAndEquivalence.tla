\* expect: ok
\* => and <=> over primes that are assigned before.
---------------------- MODULE ImplicationAndEquivalence -----------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == /\ x' \in 0..2 /\ y' \in 0..2
        /\ (x' > x => y' = y) /\ (x' = 0 <=> y' = 2)
===============================================================================
