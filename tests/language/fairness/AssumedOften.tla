\* expect: ok
\* []<>P as a conjunct of the specification.
----------------------------- MODULE AssumedOften -----------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ []<>(x = 1) /\ []<>(x = 0)
P == []<><<A>>_x
===============================================================================
