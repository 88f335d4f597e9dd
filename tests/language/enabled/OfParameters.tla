\* expect: ok
\* ENABLED of what is said of a parameter: a variable, an action, an operator.
----------------------------- MODULE OfParameters -----------------------------
EXTENDS Integers
VARIABLES x, y
OfVariable(p) == ENABLED (p' = 1 /\ y' = y)
OfAction(A) == ENABLED A
OfOperator(F(_)) == ENABLED (F(x) /\ y' = 3)
OfLocal(p) == LET A == p' = 1 /\ y' = y IN ENABLED A
Init == x = 0 /\ y = <<>>
Next ==
  /\ x' \in {x, (x + 1) % 3}
  /\ y' = <<OfVariable(x), OfAction(x' = x + 1 /\ y' = 2 /\ x < 2),
            OfOperator(LAMBDA c : x' = c /\ c > 0), OfLocal(x)>>
===============================================================================
