\* expect: ok
\* The first mention of x' assigns, a later one compares; both orders agree.
------------------------- MODULE SecondMentionChecks --------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == \/ x' \in 0..3 /\ x' \in {y, y + 1} /\ y' = x' /\ y' \in 0..2
        \/ x' = 1 /\ x' = y + 1 /\ y' = 0 /\ x' # x
===============================================================================
