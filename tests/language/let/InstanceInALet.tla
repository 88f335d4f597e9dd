\* expect: violates Small
\* LET M == INSTANCE: of its operators only what is applied plays a part.
---- MODULE InstanceInALet ----
EXTENDS Naturals
VARIABLES x, y
Stop(n) == LET M == INSTANCE LetAside IN M!Enough(n) \/ n = y
Init == x = 0 /\ y = 5
Next == ~Stop(x) /\ x' = x + 1 /\ y' = y
Small == x < 3
====
