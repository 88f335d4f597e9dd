\* expect: ok
\* LET below \E, and an \E over a set that a LET defines.
------------------------- MODULE LetBelowAQuantifier --------------------------
EXTENDS Integers
VARIABLE x
Set(v) == x' = v
Keep(v) == x' = v /\ x = v
Init == x = 0
Next == \/ \E d \in {1, 2} : LET e == d + 1 IN Set(e)
        \/ LET S == {x, 1} IN \E d \in S : Keep(d)
        \/ LET S == {0, 1} IN \E d \in S : Keep(d)
===============================================================================
