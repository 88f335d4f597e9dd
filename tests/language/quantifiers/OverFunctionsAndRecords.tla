\* expect: ok
\* Quantifiers over [S -> T] and [a : S].
----------------------- MODULE OverFunctionsAndRecords ------------------------
EXTENDS Integers
VARIABLES f, r
Init == f = <<0, 0>> /\ r = [a |-> 0]
Next == \E g \in [1..2 -> 0..1] : \E q \in [a : 0..1] :
          /\ \E i \in 1..2 : g[i] # f[i]
          /\ f' = g /\ r' = [q EXCEPT !.a = (@ + g[1]) % 2]
===============================================================================
