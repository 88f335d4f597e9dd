---- MODULE Endless ----
EXTENDS Integers
VARIABLE x
RECURSIVE Sum(_)
Sum(n) == n + Sum(n + 1)
Init == x = 0
Next == x' = x
Positive == Sum(x) > 0
====
