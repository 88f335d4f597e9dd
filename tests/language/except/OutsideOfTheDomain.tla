\* expect: ok
\* A key outside of the domain changes nothing, at any depth.
-------------------------- MODULE OutsideOfTheDomain --------------------------
EXTENDS Integers, Sequences
VARIABLES f, n
Init == f = [a |-> <<1>>, b |-> <<>>] /\ n = 0
Next == /\ n < 3 /\ n' = n + 1
        /\ f' = CASE n = 0 -> [f EXCEPT !.c = 3]
                  [] n = 1 -> [f EXCEPT !.b[1] = 3]
                  [] n = 2 -> [f EXCEPT !.a[1] = 3, !.a[2] = 4]
===============================================================================
