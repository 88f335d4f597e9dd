\* expect: error
\* "a" \in Nat is refused.
--------------------------- MODULE StringIsNotInNat ---------------------------
EXTENDS Naturals
VARIABLE x
Init == x = "a"
Next == x \in Nat /\ x' = x
===============================================================================
