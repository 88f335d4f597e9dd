\* expect: ok
\* s \in SUBSET Nat asks each element; listing SUBSET Nat never ends.
--------------------------- MODULE SubsetOfInfinite ---------------------------
EXTENDS Integers
VARIABLES s, ok
Init == s = {} /\ ok = TRUE
Next == \E x \in {-1, 2} : s' = s \cup {x} /\ ok' = (s' \in SUBSET Nat)
===============================================================================
