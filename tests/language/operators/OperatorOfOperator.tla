\* expect: ok
\* An operator argument is passed on, and used under a bound name.
-------------------------- MODULE OperatorOfOperator --------------------------
EXTENDS Integers
VARIABLE s
All(P(_), S) == \A x \in S : P(x)
None(P(_), S) == All(LAMBDA y : ~P(y), S)
Small(x) == x < 3
Init == s = {}
Next == \E x \in 1..4 : s' = s \cup {x} /\ (None(Small, s') \/ All(Small, s'))
===============================================================================
