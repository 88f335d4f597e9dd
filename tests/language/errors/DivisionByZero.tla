\* expect: error
\* 1 \div 0.
---------------------------- MODULE DivisionByZero ----------------------------
EXTENDS Integers
VARIABLE x
Init == x = 1
Next == x' = 1 \div (x - 1)
===============================================================================
