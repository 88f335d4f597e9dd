\* expect: ok
\* UNCHANGED of an instance's variable that stands for a tuple assigns all.
---- MODULE UnchangedTupleOfTheOutside ----
EXTENDS Naturals
VARIABLES x, y, s
vars == <<x, y>>
Wait == INSTANCE WaitingOutside WITH all <- vars
Init == x = 0 /\ y = 0 /\ s = 0
Next == \/ s = 0 /\ x' = 1 - x /\ y' = x /\ s' = 2
        \/ Wait!Rest
====
