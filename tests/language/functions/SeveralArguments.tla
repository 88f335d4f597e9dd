\* expect: ok
\* f[a, b] is f[<<a, b>>]: the domain is a set of pairs, not nested functions.
--------------------------- MODULE SeveralArguments ---------------------------
EXTENDS Integers
VARIABLES f, x
Init == f = [a \in {1, 2}, b \in {1, 3} |-> a * b] /\ x = 0
Next == /\ x' \in {f[2, 3], f[<<2, 1>>]}
        /\ f' = [p \in DOMAIN f |->
                   IF p[1] = 2 THEN f[p] ELSE f[p[1], p[2]] + x]
        /\ f[1, 1] + x < 9
===============================================================================
