\* expect: error
\* IF 1 THEN ...: Python would take it for true.
------------------------- MODULE ConditionIsNoBoolean -------------------------
VARIABLE x
Init == x = 1
Next == x' = IF x THEN 2 ELSE 3
===============================================================================
