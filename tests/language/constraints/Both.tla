\* expect: ok
\* Two CONSTRAINTs and an ACTION_CONSTRAINT together.
--------------------------------- MODULE Both ---------------------------------
EXTENDS Integers
VARIABLES x, y
A == x < 4
B == y < 4
C == x' >= y'
Init == x = 0 /\ y = 0
Next == (x' = x + 1 /\ UNCHANGED y) \/ (y' = y + 1 /\ UNCHANGED x)
===============================================================================
