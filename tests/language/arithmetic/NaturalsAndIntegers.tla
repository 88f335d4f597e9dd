\* expect: ok
\* Membership in Nat and Int without listing them; -1 is in Int only.
------------------------- MODULE NaturalsAndIntegers --------------------------
EXTENDS Integers
VARIABLES x, nat, int
Init == x = -2 /\ nat = FALSE /\ int = FALSE
Next == x < 2 /\ x' = x + 1 /\ nat' = (x' \in Nat) /\ int' = (x' \in Int)
===============================================================================
