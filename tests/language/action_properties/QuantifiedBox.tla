\* expect: error
\* TLC finds step properties in conjunctions, not below \A: it refuses these.
---------------------------- MODULE QuantifiedBox -----------------------------
EXTENDS Integers
VARIABLE f
Init == f = <<0, 0>>
Next == \E i \in 1..2 : f[i] < 2 /\ f' = [f EXCEPT ![i] = @ + 1]
P == \A i \in 1..2 : [][f'[i] >= f[i]]_f
===============================================================================
