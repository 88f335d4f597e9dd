\* expect: error
\* TLC refuses 0^0; Python says 1.
---------------------------- MODULE ZeroToTheZero -----------------------------
EXTENDS Integers
VARIABLE x
Init == x = 2
Next == x >= 0 /\ x' = IF x = 0 THEN 0^x ELSE x - 1
===============================================================================
