\* expect: ok
\* A constant declared below gets its value in this module's cfg.
-------------------------- MODULE ConstantsFromBelow --------------------------
EXTENDS WithConstant
Three == 3
VARIABLE n
Init == n = 0
Next == n < Limit /\ n' = n + Limit - 1
===============================================================================
