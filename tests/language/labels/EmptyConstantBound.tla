\* expect: ok
\* An \E over an empty constant set has no steps, and no name.
-------------------------- MODULE EmptyConstantBound --------------------------
EXTENDS Integers
VARIABLE x
Set(v) == x' = v
Init == x = 0
Next == (\E d \in {} : Set(d)) \/ (\E d \in {i \in 1..3 : i > 1} : Set(d))
===============================================================================
