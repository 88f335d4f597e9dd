\* expect: error
\* x % n needs n > 0.
--------------------------- MODULE NegativeModulus ----------------------------
EXTENDS Integers
VARIABLE x
Init == x = 1
Next == x' = 5 % (x - 3)
===============================================================================
