---- MODULE LetAside ----
EXTENDS Naturals
VARIABLES x, y
Enough(n) == n > 6
Move == y' = y + 1 /\ x' = x
Often == []<><<Move>>_x /\ WF_y(Move)
====
