\* expect: ok
\* An alias, and an operator that the cfg replaces.
------------------------- MODULE AliasesAndOverrides --------------------------
EXTENDS Integers
VARIABLE x
Slow == x' = x + 1 /\ x < 6
Fast == x' = x + 2 /\ x < 6
Back == x >= 6 /\ x' = 0
Alias == Back
Init == x = 0
Next == Slow \/ Alias
===============================================================================
