\* expect: violates P
\* Its Init and Next without its fairness.
-------------------------- MODULE PartsOfAnInstance ---------------------------
EXTENDS Integers
VARIABLE x
C == INSTANCE Counting WITH Top <- 2, n <- x
Spec == C!Init /\ [][C!Next]_x /\ WF_x(C!Next)
P == C!Arrives
===============================================================================
