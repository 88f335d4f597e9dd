\* expect: deadlock
\* A state without successor is a deadlock if that is checked.
------------------------------- MODULE Checked --------------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x < 2 /\ x' = x + 1
===============================================================================
