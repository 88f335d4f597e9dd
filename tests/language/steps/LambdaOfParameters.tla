\* expect: ok
\* The same LAMBDA in one step for two arguments of the operator around it.
-------------------------- MODULE LambdaOfParameters --------------------------
EXTENDS Integers
VARIABLES x, y
Ap(F(_), a) == F(a)
Plus(v) == Ap(LAMBDA e : e + v, 1)
Less(v) == Ap(LAMBDA e : e > v, 1)
Pair(p, q) == x' = <<Plus(p), Plus(q)>>[2] /\ y' = Plus(p) + 1
Test(p, q) == x' = p /\ y' = IF Less(p) THEN 0 ELSE IF Less(q) THEN 1 ELSE 2
Init == x = 0 /\ y = 0
Next == \E p, q \in 0..2 : Pair(p, q) \/ Test(p, q)
===============================================================================
