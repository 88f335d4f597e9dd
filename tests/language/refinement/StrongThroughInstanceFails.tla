\* expect: violates P
\* It may be enabled for ever.
---------------------- MODULE StrongThroughInstanceFails ----------------------
EXTENDS Integers
VARIABLES lit, heat
Init == lit = 0 /\ heat = 0
Flip == lit' = 1 - lit /\ heat' = heat
Warm == heat < 2 /\ heat' = heat + 1 /\ lit' = lit
Next == Flip \/ Warm
S == INSTANCE Switch WITH on <- lit = 1, count <- lit
Spec == Init /\ [][Next]_<<lit, heat>> /\ WF_<<lit, heat>>(Warm)
P == S!Strong
===============================================================================
