\* expect: ok
\* Recursive functions, also with two arguments and over sets.
-------------------------- MODULE RecursiveFunctions --------------------------
EXTENDS Integers, FiniteSets
VARIABLES n, r
fib[k \in 0..20] == IF k < 2 THEN k ELSE fib[k - 1] + fib[k - 2]
gcd[a, b \in 0..6] == IF b = 0 THEN a ELSE gcd[b, a % b]
size[S \in SUBSET (1..3)] ==
  IF S = {} THEN 0 ELSE 1 + size[S \ {CHOOSE x \in S : TRUE}]
Init == n = 0 /\ r = <<>>
Next == n < 6 /\ n' = n + 1 /\ r' = <<fib[n * 3], gcd[n, 4], size[1..(n % 4)]>>
===============================================================================
