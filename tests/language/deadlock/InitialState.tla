\* expect: deadlock
\* One initial state has a successor, the other is a deadlock.
----------------------------- MODULE InitialState -----------------------------
EXTENDS Integers
VARIABLE x
Init == x \in {0, 1}
Next == x = 0 /\ x' = x
===============================================================================
