\* expect: ok
\* Of several arms that hold TLC takes the first.
---------------------------- MODULE FirstThatHolds ----------------------------
EXTENDS Integers
VARIABLES x, r
Init == x \in 0..4 /\ r = ""
Next == /\ x' = x
        /\ r' = CASE x > 2 -> "large" [] x > 0 -> "some" [] OTHER -> "none"
===============================================================================
