\* expect: ok
\* STRING is asked, not listed.
--------------------------- MODULE SetOfAllStrings ----------------------------
VARIABLES s, r
Init == s \in {"a", "STRING"} /\ r = FALSE
Next == r' = (s \in STRING) /\ s' = s
===============================================================================
