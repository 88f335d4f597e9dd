\* expect: ok
\* WF and SF are formulas like others, negated too.
-------------------------- MODULE FairnessAsProperty --------------------------
EXTENDS Integers
VARIABLE x
A == x = 0 /\ x' = 1
B == x = 1 /\ x' = 0
Spec == x = 0 /\ [][A \/ B]_x /\ WF_x(A \/ B)
P == SF_x(A) /\ WF_x(B) /\ (~WF_x(A) => []<>(x = 7))
===============================================================================
