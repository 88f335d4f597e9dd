\* expect: violates Inv
\* Invariants are checked also of states outside of CONSTRAINT, once found:
\* the only violation is there, and it is reported.
--------------------------- MODULE InvariantOutside ---------------------------
EXTENDS Integers
VARIABLE x
Small == x < 3
Inv == x # 3
Init == x = 0
Next == x' = x + 1
===============================================================================
