\* expect: error
\* TRUE = 1 is refused.
------------------------ MODULE BooleanAgainstInteger -------------------------
VARIABLES x
Init == x = TRUE
Next == x = 1 /\ x' = x
===============================================================================
