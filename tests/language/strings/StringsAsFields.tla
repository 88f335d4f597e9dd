\* expect: ok
\* A string computed at run time selects a field.
--------------------------- MODULE StringsAsFields ----------------------------
VARIABLES r, k
Init == r = [a |-> "b", b |-> "c", c |-> "a"] /\ k = "a"
Next == k' = r[k] /\ r' = [r EXCEPT ![r[k]] = k]
===============================================================================
