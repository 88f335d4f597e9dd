\* expect: ok
\* An argument x' makes the operator assign x, if it says what it equals.
---- MODULE PrimedExpressionAsArgument ----
EXTENDS Naturals
CONSTANT Send(_, _, _)
VARIABLES x, y
MCSend(d, old, new) == new = (old + d) % 3
Both(new, v) == new = v /\ new \in {0, 1}
Init == x = 0 /\ y = 0
Up == Send(1, x, x') /\ UNCHANGED y
Side == Both(y', 1 - y) /\ Send(2, x, x')
Next == Up \/ Side
====
