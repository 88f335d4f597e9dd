\* expect: error
\* "1" = 1 is no FALSE, TLC refuses it.
------------------------- MODULE StringAgainstInteger -------------------------
VARIABLES x, y
Init == x = 1 /\ y = "1"
Next == x = y /\ UNCHANGED <<x, y>>
===============================================================================
