\* expect: ok
\* ~p /\ q is (~p) /\ q, but ~x = y is ~(x = y).
------------------------- MODULE NegationBindsTighter -------------------------
EXTENDS Integers
VARIABLES p, q, n
Init == p \in BOOLEAN /\ q \in BOOLEAN /\ n = 0
Next == \/ n = 0 /\ ~p /\ q /\ n' = 1 /\ UNCHANGED <<p, q>>
        \/ n = 0 /\ (~p = q) /\ n' = 2 /\ UNCHANGED <<p, q>>
        \/ (~p \/ n = 3) /\ n = 3 /\ n' = 4 /\ UNCHANGED <<p, q>>
        \/ n = 0 /\ ~(p => q) /\ n' = 3 /\ UNCHANGED <<p, q>>
===============================================================================
