\* expect: violates CanMove
\* ENABLED in an invariant: TRUE while some successor exists.
----------------------------- MODULE AsInvariant ------------------------------
EXTENDS Integers
VARIABLES x, y
Up == x < 3 /\ x' = x + 1 /\ \E z \in 0..3 : y' = z /\ z > y
CanMove == ENABLED Up
Init == x = 0 /\ y = 0
Next == Up
===============================================================================
