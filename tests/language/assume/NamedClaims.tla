\* expect: ok
\* The name of an ASSUME or THEOREM is an expression, also that of M(x)!Lemma.
---- MODULE NamedClaims ----
EXTENDS Naturals
VARIABLE x
ASSUME Small == \A n \in 0..3 : n < 4
THEOREM Less == \A n \in 0..3 : n < 3
P(k) == INSTANCE ClaimsOfK
Init == x = IF Less THEN 1 ELSE 0
Next == Small /\ \E k \in 0..4 : P(k)!AtMost /\ x' = k
====
