\* expect: ok
\* Parameters of one name in operators that call each other do not mix.
------------------------ MODULE SameNamesOfParameters -------------------------
EXTENDS Integers
VARIABLE x
F(a, b) == a - b
G(a, b) == F(b, a) * 10 + F(a, 1)
H(b) == LET a == b + 1 IN G(a, b)
Init == x = 3
Next == x' = H(x) % 7
===============================================================================
