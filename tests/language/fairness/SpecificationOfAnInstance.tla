\* expect: ok
\* The specification of a named INSTANCE, renamed and with a constant.
---------------------- MODULE SpecificationOfAnInstance -----------------------
EXTENDS Integers
VARIABLE x
C == INSTANCE Counting WITH Top <- 2, n <- x
Spec == C!Spec
P == C!Arrives /\ []<><<C!Next>>_x
===============================================================================
