\* expect: violates Inv
\* One of the initial states violates it: a behavior of one state.
-------------------------- MODULE OfTheInitialState ---------------------------
EXTENDS Integers
VARIABLE x
Init == x \in 0..3
Next == x' = x
Inv == x # 2
===============================================================================
