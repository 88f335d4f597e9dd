\* expect: ok
\* x' \in SUBSET S assigns every subset; the guard afterwards filters.
---------------------------- MODULE PowerSetStates ----------------------------
EXTENDS Integers
VARIABLE s
Init == s \in SUBSET {1, 2, 3} /\ 2 \notin s
Next == s' \in SUBSET {1, 2, 3} /\ s \subseteq s' /\ s' # s
===============================================================================
