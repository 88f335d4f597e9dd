\* expect: ok
\* A function on Nat is never listed if it is only applied.
----------------------------- MODULE LazyOverNat ------------------------------
EXTENDS Integers
VARIABLE x
Double[n \in Nat] == 2 * n
Init == x = 1
Next == x \in 0..9 /\ x' \in {Double[x], [n \in Int |-> n - 1][x]}
===============================================================================
