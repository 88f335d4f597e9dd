\* expect: error
\* A false assumption ends it before any state.
-------------------------------- MODULE Fails ---------------------------------
EXTENDS Integers
CONSTANT N
ASSUME \E k \in 0..N : 2 * k = N
VARIABLE x
Init == x = N
Next == x' = x
===============================================================================
