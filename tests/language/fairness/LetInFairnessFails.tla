\* expect: violates P
\* The same without the second assumption.
-------------------------- MODULE LetInFairnessFails --------------------------
EXTENDS Integers
VARIABLES x, y
Next == x' = (x + 1) % 3 /\ y' \in 0..1
Spec == /\ x = 0 /\ y = 0 /\ [][Next]_<<x, y>>
        /\ LET one == x + 1
               Step == x' = one % 3 /\ y' \in 0..1
           IN WF_<<x, y>>(Next) /\ SF_<<x, y>>(Step)
P == []<>(y = 1) /\ []<>(x = 2)
===============================================================================
