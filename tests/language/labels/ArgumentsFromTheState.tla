\* expect: ok
\* An operator applied to an expression of the state is descended no further:
\* its steps carry its own name.
------------------------ MODULE ArgumentsFromTheState -------------------------
EXTENDS Integers
VARIABLE x
A(k) == k < 3 /\ x' = k + 1
B(k) == k = 3 /\ x' = 0
Either(k) == A(k) \/ B(k)
Init == x = 0
Next == Either(x) \/ \E d \in {0, 1} : Either(x + d) \/ A(d)
===============================================================================
