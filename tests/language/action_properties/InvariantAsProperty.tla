\* expect: violates P
\* []I as a property is an invariant.
------------------------- MODULE InvariantAsProperty --------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x' = (x + 1) % 5
P == [](x # 4)
===============================================================================
