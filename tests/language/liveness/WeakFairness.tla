\* expect: ok
\* With WF the counter arrives.
----------------------------- MODULE WeakFairness -----------------------------
EXTENDS Integers
VARIABLE x
Next == x < 3 /\ x' = x + 1
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
Arrives == <>(x = 3)
===============================================================================
