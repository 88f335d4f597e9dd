\* expect: ok
\* The condition reads a value that an earlier conjunct assigned.
--------------------------- MODULE PrimedCondition ----------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == /\ x' \in 0..3
        /\ IF x' > x THEN y' = x' ELSE y' = y /\ x' # 3
===============================================================================
