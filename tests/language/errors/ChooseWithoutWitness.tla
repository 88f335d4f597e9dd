\* expect: error
\* No element fits: TLC stops, where TLA+ has some unknown value.
------------------------- MODULE ChooseWithoutWitness -------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x' = CHOOSE y \in 1..3 : y > 3 + x
===============================================================================
