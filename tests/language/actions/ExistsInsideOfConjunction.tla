\* expect: ok
\* An \E in the middle: what follows runs for each choice.
---------------------- MODULE ExistsInsideOfConjunction -----------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == /\ x < 3
        /\ \E d \in 1..2 : x' = x + d
        /\ \E d \in 0..1 : y' = d /\ (d = 1 => x' > 1)
        /\ y' # y
===============================================================================
