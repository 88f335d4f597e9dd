\* expect: ok
\* The largest and the smallest 32-bit numbers are still numbers.
------------------------- MODULE NoOverflowAtTheEdge --------------------------
EXTENDS Integers
VARIABLE x
Init == x \in {2147483646, -2147483646}
Next == \/ x > 0 /\ x < 2147483647 /\ x' = x + 1
        \/ x < 0 /\ x > -2147483647 /\ x' = x - 1
===============================================================================
