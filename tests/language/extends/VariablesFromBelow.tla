\* expect: ok
\* Variables of the extended module and of this one make the state together.
-------------------------- MODULE VariablesFromBelow --------------------------
EXTENDS DiamondLeft
VARIABLE y
Init == x = 0 /\ y = 0
Next == \/ Left /\ UNCHANGED y
        \/ y' = x /\ UNCHANGED x
Bounds == y <= x
===============================================================================
