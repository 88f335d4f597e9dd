\* expect: ok
\* SelectSeq with a LAMBDA and with a named test keeps the order.
------------------------------ MODULE Selection -------------------------------
EXTENDS Integers, Sequences
VARIABLE s
Odd(x) == x % 2 = 1
Init == s = <<3, 2, 1, 4, 3>>
Next == \/ s' = SelectSeq(s, Odd)
        \/ \E k \in 1..4 : s' = SelectSeq(s, LAMBDA x : x # k)
===============================================================================
