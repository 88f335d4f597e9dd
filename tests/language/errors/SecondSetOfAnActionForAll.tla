\* expect: error
\* All sets of a quantifier that is an action for all are evaluated.
---------------------- MODULE SecondSetOfAnActionForAll -----------------------
EXTENDS Integers
VARIABLE x

Never == 0 .. 2 ^ (0 - 2)

Init == x = 0

Step == x < 2 /\ x' = x + 1

Draw == x = 1 /\ x' = 0 /\ \A y \in {}, z \in Never : x' = y + z

Next == Step \/ Draw
===============================================================================
