\* expect: violates TypeOK
\* Membership in [n : Nat] asks for the field; a record with another field is
\* no member.
-------------------------- MODULE InfiniteFieldSets ---------------------------
EXTENDS Integers
VARIABLE r
Init == r = [n |-> 1]
TypeOK == r \in [n : Nat] \cup [n : Nat, m : {1}]
Next == \/ r' = [n |-> r.n, m |-> 1]
        \/ r.n < 3 /\ r' = [n |-> r.n + 1]
        \/ r.n = 3 /\ r' = [n |-> 3, k |-> 1]
===============================================================================
