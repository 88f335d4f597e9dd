\* expect: ok
\* ![1, 2] is ![<<1, 2>>] and not ![1][2].
----------------------------- MODULE PairsAsKeys ------------------------------
EXTENDS Integers
VARIABLE f
Init == f = [a \in 1..2, b \in 1..2 |-> FALSE]
Next == \E a \in 1..2 : \/ f' = [f EXCEPT ![a, 3 - a] = ~@]
                     \/ f' = [f EXCEPT ![<<a, a>>] = f[1, 2]]
===============================================================================
