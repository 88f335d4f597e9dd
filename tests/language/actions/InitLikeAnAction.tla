\* expect: ok
\* Init with disjunctions, IF, LET, \E and \in assigns the same ways.
--------------------------- MODULE InitLikeAnAction ---------------------------
EXTENDS Integers
VARIABLES x, y, z
Init == /\ \E k \in 1..2 : x = k * 2 \/ (k = 2 /\ x = 1)
        /\ LET h == x + 1 IN IF x > 2 THEN y = h ELSE y \in {h, 0}
        /\ \A s \in {1, 2} : z = 7
Next == UNCHANGED <<x, y>> /\ z' = x + y
===============================================================================
