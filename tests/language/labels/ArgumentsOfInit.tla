\* expect: ok
\* Init is an operator applied to the variables that it gives a value to.
---------------------------- MODULE ArgumentsOfInit ---------------------------
EXTENDS Integers
VARIABLES x, y
Start(v, e) == v \in 0..e
IsBit(v) == v \in 0..1
Both(P(_), v, w) == P(v) /\ LET k == 2 IN Start(w, k)
Init == Both(IsBit, x, y)
Next == UNCHANGED <<x, y>>
===============================================================================
