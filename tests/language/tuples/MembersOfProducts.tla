\* expect: ok
\* Membership in a product with infinite factors.
-------------------------- MODULE MembersOfProducts ---------------------------
EXTENDS Integers
VARIABLES t, in
Init == t \in {<<1, "a">>, <<-1, "a">>, <<1, "b">>, <<1>>} /\ in = FALSE
Next == UNCHANGED t /\ in' = (t \in Nat \X {"a"})
===============================================================================
