\* expect: ok
\* A formula is a value: stored, compared, put in sets and used as argument.
----------------------------- MODULE TruthAsValue -----------------------------
EXTENDS Integers
VARIABLES x, y, s
Init == x = 0 /\ y = FALSE /\ s = {}
f == [b \in BOOLEAN |-> IF b THEN 2 ELSE 1]
Next == x < 4 /\ x' = x + f[x = 2] /\ y' = ((x = 2) = y) /\ s' = s \cup {x > 1}
===============================================================================
