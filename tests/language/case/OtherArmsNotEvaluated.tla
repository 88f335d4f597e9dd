\* expect: ok
\* Neither later guards nor other arms are evaluated.
------------------------ MODULE OtherArmsNotEvaluated -------------------------
EXTENDS Integers
VARIABLES x, r
Init == x \in 0..2 /\ r = 0
Next == /\ x' = x
        /\ r' = CASE x = 0 -> 9 [] 2 \div x = 1 -> 2 \div (x - 1) [] OTHER -> 3
===============================================================================
