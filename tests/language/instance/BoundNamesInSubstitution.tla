\* expect: ok
\* The expression that replaces x mentions a name that the instance binds too:
\* replacing text for text would capture it.
----------------------- MODULE BoundNamesInSubstitution -----------------------
EXTENDS Naturals
VARIABLES k
M == INSTANCE Bounds WITH limit <- k
Init == k = 0
Next == k < 4 /\ k' = M!Above(1) + M!Count
===============================================================================
