\* expect: ok
\* [<<a, b>> \in S |-> e] takes the arguments of S apart.
-------------------------- MODULE TuplePatternDomain --------------------------
EXTENDS Integers
VARIABLE f
Init == f = [<<a, b>> \in {<<1, 2>>, <<4, 3>>} |-> a - b]
Next == f' = [<<a, b>> \in DOMAIN f |-> f[a, b] + IF a < b THEN 1 ELSE 0]
        /\ f[1, 2] < 1
===============================================================================
