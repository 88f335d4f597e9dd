\* expect: ok
\* f \in [S -> Nat] asks domain and each value.
----------------------- MODULE MembershipInFunctionSets -----------------------
EXTENDS Integers
VARIABLES f, r
Init == f \in {<<1, 2>>, <<1, -2>>, <<1>>} /\ r = <<>>
Next == /\ UNCHANGED f
        /\ r' = <<f \in [1..2 -> Nat], f \in [DOMAIN f -> Int],
                  f \in [1..2 -> {1, 2}]>>
===============================================================================
