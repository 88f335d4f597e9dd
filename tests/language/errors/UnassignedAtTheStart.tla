\* expect: error
\* Init leaves y open.
------------------------- MODULE UnassignedAtTheStart -------------------------
VARIABLES x, y
Init == x = 0
Next == UNCHANGED <<x, y>>
===============================================================================
