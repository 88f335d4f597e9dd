\* expect: ok
\* A recursive function and a recursive operator inside of LET.
--------------------------- MODULE RecursiveLocals ----------------------------
EXTENDS Integers
VARIABLES n, r
Init == n = 0 /\ r = 1
Next == LET fact[k \in 0..6] == IF k = 0 THEN 1 ELSE k * fact[k - 1]
            RECURSIVE Down(_)
            Down(k) == IF k <= 0 THEN 0 ELSE 1 + Down(k - 2)
        IN n < 6 /\ n' = n + 1 /\ r' = fact[n + 1] + Down(n)
===============================================================================
