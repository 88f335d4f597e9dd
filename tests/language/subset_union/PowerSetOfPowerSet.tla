\* expect: ok
\* SUBSET SUBSET {1} has four elements and SUBSET {} one.
-------------------------- MODULE PowerSetOfPowerSet --------------------------
VARIABLE s
Init == s \in SUBSET SUBSET {1}
Next == s' = UNION {s, SUBSET {}} \/ s' \in SUBSET s
===============================================================================
