\* expect: ok
\* Op <- Def for a constant, a definition with parameters, and a set.
------------------------ MODULE OverridesByDefinitions ------------------------
EXTENDS Naturals
CONSTANT Start
VARIABLE x
Few == 0..3
One == 1
Add(a, b) == a + b
AddModulo(a, b) == (a + b) % 5
Init == x = Start
Next == \E n \in Nat : x' = Add(x, n)
===============================================================================
