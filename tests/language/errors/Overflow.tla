\* expect: error
\* 2147483647 + 1 is refused; Python would go on.
------------------------------- MODULE Overflow -------------------------------
EXTENDS Integers
VARIABLE x
Init == x = 2147483646
Next == x' = x + 1
===============================================================================
