\* expect: ok
\* \notin, # and /= are negations.
----------------------------- MODULE NotElements ------------------------------
EXTENDS Integers
VARIABLES x, s
Init == x = 1 /\ s = {1}
Next == \/ x \notin s /\ s' = s \cup {x} /\ x' = x
        \/ x # 3 /\ x' = x + 1 /\ s' = s
        \/ x /= 1 /\ x \in s /\ s' = s \ {x} /\ x' = 1
===============================================================================
