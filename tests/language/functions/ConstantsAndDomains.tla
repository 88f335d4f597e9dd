\* expect: ok
\* [x \in S |-> e], DOMAIN, application; equal functions are one state.
------------------------- MODULE ConstantsAndDomains --------------------------
EXTENDS Integers
VARIABLES f, d
Init == f = [x \in {3, 5} |-> x * x] /\ d = DOMAIN f
Next == \E k \in DOMAIN f :
          /\ f' = [x \in (DOMAIN f \ {k}) \cup {5} |-> IF x = 5 THEN 25 ELSE 0]
          /\ d' = {f[k]}
===============================================================================
