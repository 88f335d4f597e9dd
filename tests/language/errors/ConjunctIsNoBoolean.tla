\* expect: error
\* A number as a conjunct.
------------------------- MODULE ConjunctIsNoBoolean --------------------------
VARIABLE x
Init == x = 1
Next == x /\ x' = 1
===============================================================================
