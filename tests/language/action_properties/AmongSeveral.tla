\* expect: violates Second
\* Of several step properties the violated one is named.
----------------------------- MODULE AmongSeveral -----------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == \/ x' = (x + 1) % 4 /\ y' = y
        \/ x = 2 /\ y' = 1 - y /\ x' = x
First == [][x' = x => x = 2]_<<x, y>>
Second == [][y = 0 \/ y' = 1]_y
===============================================================================
