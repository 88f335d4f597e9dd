\* expect: violates P
\* Its fairness comes along, and no more than that.
-------------------- MODULE SpecificationOfAnInstanceFails --------------------
EXTENDS Integers
VARIABLE x
C == INSTANCE Counting WITH Top <- 3, n <- x
Spec == C!Spec
P == <>(x = 3 /\ <>(x = 0))
===============================================================================
