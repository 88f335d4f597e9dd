\* expect: error
\* 65536 * 65536 is refused, not 0.
-------------------------- MODULE OverflowOfProducts --------------------------
EXTENDS Integers
VARIABLE x
Init == x = 2
Next == x' = x * x
===============================================================================
