\* expect: ok
\* TLC does not look what stands beside an empty set: {} \cup 3 is 3.
------------------------ MODULE EmptySetsTakeAnything -------------------------
EXTENDS Integers
VARIABLES n, m, found
None == {k \in 1..n : k > 3}
Init == n = 0 /\ m = 0 /\ found = {}
Next ==
  /\ n < 3
  /\ n' = n + 1
  /\ m' = (None \cup n')
  /\ found' = {n \cup None, (None \cap n) \cup 7, (n \cap None) \cup 8,
               (None \ n) \cup 9}
===============================================================================
