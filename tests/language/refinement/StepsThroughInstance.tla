\* expect: violates P
\* A step that is none of the abstract ones.
------------------------- MODULE StepsThroughInstance -------------------------
EXTENDS Integers
VARIABLES lit, heat
Init == lit = 0 /\ heat = 0
Flip == lit' = 1 - lit /\ heat' = heat
Warm == heat < 2 /\ heat' = heat + 1 /\ lit' = lit
Next == Flip \/ Warm
S == INSTANCE Switch WITH on <- lit = 1, count <- lit
Melt == heat = 2 /\ heat' = 0 /\ lit' = 2
Spec == Init /\ [][Next \/ Melt]_<<lit, heat>>
P == S!Safe
===============================================================================
