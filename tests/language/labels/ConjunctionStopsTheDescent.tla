\* expect: ok
\* Behind /\ an operator no longer gives its name; a guard in front decides.
---------------------- MODULE ConjunctionStopsTheDescent ----------------------
EXTENDS Integers
VARIABLE x
Inc == x' = x + 1
Set(k) == x' = k
Guarded == x < 3 /\ Inc
Init == x = 0
Next == Guarded \/ (x = 3 /\ Set(0)) \/ (x = 2 /\ (Inc \/ Set(1)))
===============================================================================
