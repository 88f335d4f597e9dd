\* expect: ok
\* /\, \/ and => stop at the first operand that decides: evaluating all of
\* them divides by zero.
---------------------------- MODULE ShortCircuits -----------------------------
EXTENDS Integers
VARIABLES x, r
Init == x \in -1..2 /\ r = <<>>
Next == /\ r = <<>> /\ UNCHANGED x
        /\ r' = << x # 0 /\ 4 \div x > 2, x = 0 \/ 4 \div x > 2,
                   x # 0 => 4 \div x > 2, IF x = 0 THEN 0 ELSE 4 \div x >>
===============================================================================
