\* expect: ok
\* A VIEW that is a tuple of expressions.
------------------------------- MODULE OfATuple -------------------------------
EXTENDS Integers
VARIABLES x, y
Seen == <<x % 2, y>>
Init == x = 0 /\ y = 0
Next == (x < 4 /\ x' = x + 2 /\ y' = y) \/ (y < 2 /\ y' = y + 1 /\ x' = x + 1)
===============================================================================
