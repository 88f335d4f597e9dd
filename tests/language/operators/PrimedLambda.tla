\* expect: ok
\* A LAMBDA of a parameter, under a prime in the operator that it is passed to.
----------------------------- MODULE PrimedLambda -----------------------------
EXTENDS Integers
VARIABLES x, y
After(F(_)) == F(1)'
Becomes(v) == After(LAMBDA e : e = v)
Init == x = 0 /\ y = 0
Next == x' = 1 - x /\ y' = IF Becomes(x) THEN 1 ELSE 2
===============================================================================
