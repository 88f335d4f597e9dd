\* expect: ok
\* r.a is r["a"], DOMAIN gives the field names.
----------------------------- MODULE FieldsByName -----------------------------
EXTENDS Integers
VARIABLES r, s
Init == r = [a |-> 0, b |-> 1] /\ s = {}
Next == \E f \in DOMAIN r :
          r[f] < 2 /\ r' = [r EXCEPT ![f] = @ + r.b] /\ s' = {f}
===============================================================================
