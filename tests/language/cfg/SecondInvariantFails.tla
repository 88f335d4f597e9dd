\* expect: violates B
\* Of several invariants the one that fails is named.
------------------------- MODULE SecondInvariantFails -------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x < 5 /\ x' = x + 1
A == x < 5
B == x < 4
===============================================================================
