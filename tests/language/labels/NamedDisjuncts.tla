\* expect: ok
\* Each disjunct of Next that is an operator labels its steps; an operator that
\* is a disjunction itself hands down to its disjuncts.
---------------------------- MODULE NamedDisjuncts ----------------------------
EXTENDS Integers
VARIABLE x
Up == x < 3 /\ x' = x + 1
Down == x > 0 /\ x' = x - 1
Move == Up \/ Down
Init == x = 0
Next == Move \/ (x = 3 /\ x' = 0)
===============================================================================
