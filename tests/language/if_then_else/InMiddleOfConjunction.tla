\* expect: ok
\* What follows an IF sees what either branch assigned.
------------------------ MODULE InMiddleOfConjunction -------------------------
EXTENDS Integers
VARIABLES x, y, z
Init == x = 0 /\ y = 0 /\ z = 0
Next == /\ z < 6
        /\ IF z % 2 = 0 THEN x' = x + 1 /\ y' = y ELSE y' = x /\ UNCHANGED x
        /\ z' = z + x' + (IF y' = x' THEN 0 ELSE 1)
===============================================================================
