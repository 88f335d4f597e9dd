\* expect: violates P
\* <>P as a conjunct; what it does not say is not assumed.
-------------------------- MODULE AssumedEventually ---------------------------
EXTENDS Integers
VARIABLES x, y
A == x' = 1 - x /\ y' = y
B == y' = 1 - y /\ x' = x
Next == A \/ B
Spec == x = 0 /\ y = 0 /\ [][Next]_<<x, y>> /\ <>(x = 1)
P == <>(x = 1) /\ <>(y = 1)
===============================================================================
