\* expect: ok
\* An operator that is a quantifier over constants around another operator.
----------------------- MODULE QuantifierInsideOfNamed ------------------------
EXTENDS Integers
VARIABLES x, s
Put(d) == s' = s \cup {d} /\ UNCHANGED x
Some == \E d \in {1, 2} : Put(d)
Take(d) == x' = d /\ s' = s \ {d}
Any == \E d \in s : Take(d)
Init == x = 0 /\ s = {}
Next == Some \/ Any
===============================================================================
