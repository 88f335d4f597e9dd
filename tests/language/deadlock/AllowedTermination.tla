\* expect: ok
\* A step that changes nothing is a successor.
-------------------------- MODULE AllowedTermination --------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == (x < 2 /\ x' = x + 1) \/ (x = 2 /\ UNCHANGED x)
===============================================================================
