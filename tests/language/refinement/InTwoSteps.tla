\* expect: ok
\* An INSTANCE inside of an INSTANCE: both mappings apply.
------------------------------ MODULE InTwoSteps ------------------------------
EXTENDS Integers
VARIABLES a, b
M == INSTANCE Halfway WITH m <- 2 * a + b
Next == b' = 1 - b /\ a' = IF b = 1 THEN 1 - a ELSE a
Spec == a = 0 /\ b = 0 /\ [][Next]_<<a, b>> /\ WF_<<a, b>>(Next)
P == M!Spec /\ M!Weaker /\ M!S!Pressed
===============================================================================
