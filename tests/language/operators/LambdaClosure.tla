\* expect: ok
\* A LAMBDA closes over bound names and parameters, also two levels deep.
---------------------------- MODULE LambdaClosure -----------------------------
EXTENDS Integers
VARIABLE s
Map(F(_), S) == {F(x) : x \in S}
Shift(k, S) == Map(LAMBDA x : x + k, S)
Init == s = {0}
Next == \E k \in {1, 3} : s' = Shift(k, Map(LAMBDA x : (x * k) % 5, s))
===============================================================================
