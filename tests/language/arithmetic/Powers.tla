\* expect: ok
\* x^n: n = 0, negative bases, 0^n.  Python's ** gives a float for n < 0.
-------------------------------- MODULE Powers --------------------------------
EXTENDS Integers
VARIABLES b, n, p
Init == b \in -2..2 /\ n = 1 /\ p = b
Next == n < 4 /\ n' = n + 1 /\ UNCHANGED b /\ p' = b ^ n'
===============================================================================
