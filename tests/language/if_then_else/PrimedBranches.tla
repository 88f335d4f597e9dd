\* expect: ok
\* Branches assign; nested, each branch another way.
---------------------------- MODULE PrimedBranches ----------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == IF x < 2 THEN x' = x + 1 /\ IF y = 0 THEN y' \in {0, 1} ELSE y' = y
                 ELSE /\ x' = 0
                      /\ y' = 1 - y
===============================================================================
