\* expect: ok
\* An operator that was given goes on to another one, inside of an action.
--------------------------- MODULE OperatorsPassedOn --------------------------
EXTENDS Integers
CONSTANT Limit(_)
VARIABLE x
Plus(a, b) == a + b
Move(Op(_, _), Below(_), n) == x' = Op(x, n) /\ Below(x')
Via(Op(_, _), Below(_), n) == Move(Op, Below, n) \/ (n = 2 /\ x' = Op(n, -n))
Init == x = 0
Next == \/ \E n \in 1..2 : Via(Plus, Limit, n)
        \/ Via(-, LAMBDA m : m > -3, 1)
Few(m) == m < 5
===============================================================================
