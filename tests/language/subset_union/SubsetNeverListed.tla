\* expect: ok
\* Membership in SUBSET of a large set needs none of its 2^200 elements.
-------------------------- MODULE SubsetNeverListed ---------------------------
EXTENDS Integers
VARIABLES s, t
Init == s = {} /\ t = {}
TypeOK == s \in SUBSET (1..200) /\ t \in SUBSET SUBSET (1..200)
Next == \E x \in {1, 200} : s' = s \cup {x} /\ t' = {s, s'}
===============================================================================
