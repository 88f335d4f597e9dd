\* expect: ok
\* A wrapper that adds a conjunct to all actions keeps only its own name.
-------------------------- MODULE WrappedConjunction --------------------------
EXTENDS Integers
VARIABLES x, n
Up == x < 2 /\ x' = x + 1
Down == x > 0 /\ x' = x - 1
Step == Up \/ Down
Counted == n < 3 /\ Step /\ n' = n + 1
Init == x = 0 /\ n = 0
Next == Counted \/ (n = 3 /\ UNCHANGED <<x, n>>)
===============================================================================
