\* expect: ok
\* \E over a set that depends on the state is not descended: its steps are
\* Next.
------------------------ MODULE QuantifiersOverStates -------------------------
EXTENDS Integers
VARIABLES x, s
Drop(d) == s' = s \ {d} /\ x' = d
Fill == s = {} /\ s' = {1, 2} /\ UNCHANGED x
Init == x = 0 /\ s = {1, 2}
Next == (\E d \in s : Drop(d)) \/ Fill
===============================================================================
