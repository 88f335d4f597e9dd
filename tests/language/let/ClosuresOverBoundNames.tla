\* expect: ok
\* A local definition closes over the bound variable around it and is another
\* one for each value of it; memoising by name gives the first value always.
------------------------ MODULE ClosuresOverBoundNames ------------------------
EXTENDS Integers
VARIABLES s, t
Init == s = {} /\ t = {}
Next == /\ s' = {LET sq == x * x IN sq + sq : x \in 1..3}
        /\ t' = {LET F(k) == k * n IN F(n) + F(1) : n \in 0..3}
                \cup {y \in 0..40 : LET half == y \div 2 IN half * half = y}
===============================================================================
