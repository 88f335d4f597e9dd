\* expect: ok
\* RECURSIVE operators, one of them with a set, two of them mutual.
-------------------------- MODULE RecursiveOperators --------------------------
EXTENDS Integers, Sequences
VARIABLES n, r
RECURSIVE Even(_), Odd(_), Digits(_)
Even(k) == IF k = 0 THEN TRUE ELSE Odd(k - 1)
Odd(k) == IF k = 0 THEN FALSE ELSE Even(k - 1)
Digits(k) == IF k < 2 THEN <<k>> ELSE Append(Digits(k \div 2), k % 2)
Init == n = 0 /\ r = <<>>
Next == n < 6 /\ n' = n + 1 /\ r' = <<Even(n'), Odd(n'), Digits(n')>>
===============================================================================
