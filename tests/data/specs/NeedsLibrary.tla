---- MODULE NeedsLibrary ----
EXTENDS Naturals, FromLibrary
VARIABLE x
Init == x = D
Next == x < 3 /\ x' = x + 1
Small == x < 4
====
