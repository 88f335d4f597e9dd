\* expect: error
\* \E x \in Nat cannot be enumerated.
--------------------------- MODULE EnumerationOfNat ---------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == \E n \in Nat : n > x /\ x' = n
===============================================================================
