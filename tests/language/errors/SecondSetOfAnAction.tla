\* expect: error
\* All sets of a quantifier that is an action are evaluated.
------------------------- MODULE SecondSetOfAnAction --------------------------
EXTENDS Integers
VARIABLE x

Never == 0 .. 2 ^ (0 - 2)

Init == x = 0

Step == x < 2 /\ x' = x + 1

Draw == x = 1 /\ \E y \in {}, z \in Never : x' = y + z

Next == Step \/ Draw
===============================================================================
