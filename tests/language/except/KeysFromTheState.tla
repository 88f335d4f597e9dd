\* expect: ok
\* Key and value are any expressions, with bound variables and LET.
--------------------------- MODULE KeysFromTheState ---------------------------
EXTENDS Integers
VARIABLES f, k
Init == f = [i \in 0..2 |-> i] /\ k = 0
Next == \E d \in 1..2 : LET to == (k + d) % 3 IN
          /\ k' = to
          /\ f' = [f EXCEPT ![to] = LET o == @ IN IF o > k THEN k ELSE o]
===============================================================================
