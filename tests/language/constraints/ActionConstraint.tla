\* expect: ok
\* Steps that ACTION_CONSTRAINT forbids are not taken.
--------------------------- MODULE ActionConstraint ---------------------------
EXTENDS Integers
VARIABLES x, last
Alternates == last' # last
Init == x = 0 /\ last = "none"
Up == x < 4 /\ x' = x + 1 /\ last' = "up"
Down == x > 0 /\ x' = x - 1 /\ last' = "down"
Next == Up \/ Down
===============================================================================
