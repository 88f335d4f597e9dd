\* expect: error
\* \A x : P without a set: TLC cannot evaluate it.
--------------------------- MODULE UnboundedRefused ---------------------------
VARIABLE x
Init == x = 0
Next == (\A y : y = y) /\ x' = 1
===============================================================================
