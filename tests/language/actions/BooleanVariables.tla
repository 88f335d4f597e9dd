\* expect: ok
\* p' alone is a formula about a value, and ~p' too; p' = (q' => p) assigns.
--------------------------- MODULE BooleanVariables ---------------------------
VARIABLES p, q
Init == p = FALSE /\ q \in BOOLEAN
Next == p' \in BOOLEAN /\ (p' \/ p) /\ q' = (p' => q) /\ ~(q' /\ p /\ ~p')
===============================================================================
