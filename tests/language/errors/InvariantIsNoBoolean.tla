\* expect: error
\* An invariant that is a number.
------------------------- MODULE InvariantIsNoBoolean -------------------------
VARIABLE x
Init == x = 1
Next == x' = x
Inv == x
===============================================================================
