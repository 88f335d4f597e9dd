\* expect: ok
\* Assumptions that hold are silent; they may be named and quantified.
-------------------------------- MODULE Holds ---------------------------------
EXTENDS Integers
CONSTANT N
ASSUME N \in Nat
ASSUME Even == \E k \in 0..N : 2 * k = N
VARIABLE x
Init == x = N
Next == x > 0 /\ x' = x - 2
===============================================================================
