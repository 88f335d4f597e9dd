\* expect: ok
\* x, y \in S, z \in T, and nested quantifiers that depend on outer ones.
--------------------------- MODULE SeveralVariables ---------------------------
EXTENDS Integers
VARIABLES s, r
Init == s \in SUBSET (1..3) /\ r = <<>>
Next == r' = <<\A x, y \in s : x + y # 4,
               \E x, y \in s, z \in 1..2 : x - y = z,
               \A x \in s : \E y \in x..3 : y \in s /\ y > x,
               \E x \in s : \A y \in s : y <= x>> /\ s' = s
===============================================================================
