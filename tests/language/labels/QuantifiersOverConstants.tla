\* expect: ok
\* \E over a constant set is descended, and so are several in a row.
----------------------- MODULE QuantifiersOverConstants -----------------------
EXTENDS Integers
VARIABLES x, y
Move(d) == x' = (x + d) % 4 /\ UNCHANGED y
Set(v, w) == v # w /\ y' = v /\ x' = w
Init == x = 0 /\ y = 0
Next == (\E d \in {1, 2} : Move(d)) \/ \E v, w \in 0..1 : Set(v, w)
===============================================================================
