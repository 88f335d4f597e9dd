\* expect: ok
\* [x \in BOOLEAN |-> x] and [x \in 0..1 |-> x] are two functions.
-------------------- MODULE FunctionsOfBooleansAndNumbers ---------------------
EXTENDS Integers
VARIABLES n, f
Init == n = 0 /\ f = [x \in BOOLEAN |-> 0]
Next == n < 4 /\ n' = n + 1
        /\ f' = CASE n = 0 -> [x \in {0, 1} |-> 0]
                  [] n = 1 -> [x \in BOOLEAN |-> x]
                  [] n = 2 -> [x \in {0, 1} |-> x]
                  [] n = 3 -> <<FALSE, 0>>
===============================================================================
