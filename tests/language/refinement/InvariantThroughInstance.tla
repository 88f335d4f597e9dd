\* expect: violates P
\* An abstract invariant is false of the mapping.
----------------------- MODULE InvariantThroughInstance -----------------------
EXTENDS Integers
VARIABLE v
S == INSTANCE Switch WITH on <- TRUE, count <- v
Spec == v = 0 /\ [][v < 3 /\ v' = v + 1]_v
P == []S!Counted
===============================================================================
