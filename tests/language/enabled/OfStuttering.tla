\* expect: ok
\* ENABLED <<A>>_v asks for a step that changes v.
----------------------------- MODULE OfStuttering -----------------------------
EXTENDS Integers
VARIABLES x, r
A == x' = (x * x) % 4
Init == x \in 0..3 /\ r = <<>>
Next == /\ r' = <<ENABLED A, ENABLED <<A>>_x, ENABLED [A]_x, ENABLED (x' = x)>>
        /\ x' = x
===============================================================================
