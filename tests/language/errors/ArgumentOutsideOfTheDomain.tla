\* expect: error
\* Application outside of the domain.
---------------------- MODULE ArgumentOutsideOfTheDomain ----------------------
EXTENDS Integers
VARIABLE x
f == [i \in 1..2 |-> i + 1]
Init == x = 1
Next == x' = f[x]
===============================================================================
