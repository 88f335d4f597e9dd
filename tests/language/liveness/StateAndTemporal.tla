\* expect: violates P
\* The state predicate of a conjunction fails, in an initial state.
--------------------------- MODULE StateAndTemporal ---------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == x = 1 /\ <>(x > 0)
===============================================================================
