\* expect: ok
\* The bound is a parameter, a constant one here and one from the state there.
-------------------------- MODULE BoundByAParameter ---------------------------
EXTENDS Integers
VARIABLE x
Set(d) == x' = d
UpTo(k) == \E d \in 1..k : Set(d)
Near(k) == \E d \in 0..k : Set(d)
Init == x = 3
Next == UpTo(2) \/ (Near(x) \/ Set(9))
Small == x < 4
===============================================================================
