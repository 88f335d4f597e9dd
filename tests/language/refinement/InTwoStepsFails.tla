\* expect: violates P
\* The outer mapping skips a state of the middle.
--------------------------- MODULE InTwoStepsFails ----------------------------
EXTENDS Integers
VARIABLES a, b
M == INSTANCE Halfway WITH m <- 2 * a + b
Next == b' = 1 - b /\ a' = IF b = 0 THEN 1 - a ELSE a
Spec == a = 0 /\ b = 0 /\ [][Next]_<<a, b>> /\ WF_<<a, b>>(Next)
P == M!Weaker /\ M!Spec
===============================================================================
