---- MODULE ClaimsOfK ----
EXTENDS Naturals
CONSTANT k
THEOREM AtMost == k <= 2
====
