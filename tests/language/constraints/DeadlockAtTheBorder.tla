\* expect: ok
\* A state whose successors are all outside of CONSTRAINT is no deadlock.
------------------------- MODULE DeadlockAtTheBorder --------------------------
EXTENDS Integers
VARIABLE x
Small == x < 3
Init == x = 0
Next == x' = x + 1
===============================================================================
