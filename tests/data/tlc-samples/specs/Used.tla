---- MODULE Used ----
VARIABLES x, y
Init == x = {} /\ y = {}
Next == x' = y' /\ y' = {}
====
