\* expect: ok
\* {x \in S : P} keeps, {e : x \in S} maps and merges; several bounds and tuple
\* patterns in both.
----------------------------- MODULE FilterAndMap -----------------------------
EXTENDS Integers
VARIABLES n, s
Pairs == {<<1, 2>>, <<2, 2>>, <<3, 1>>}
Init == n = 0 /\ s = {}
Next == /\ n < 5 /\ n' = n + 1
        /\ s' = CASE n = 0 -> {x \in 1..5 : x % 2 = 1}
                  [] n = 1 -> {x % 3 : x \in 1..5}
                  [] n = 2 -> {x * y : x \in 1..3, y \in {2, 3}}
                  [] n = 3 -> {a - b : <<a, b>> \in Pairs}
                  [] n = 4 -> {<<a, b>> \in Pairs : a < b}
===============================================================================
