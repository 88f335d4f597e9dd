\* expect: ok
\* Assumptions without constants are evaluated like any expression.
------------------------------ MODULE AboutSets -------------------------------
EXTENDS Integers
ASSUME \A n \in -3..3 : n * n >= n
ASSUME {n \in 1..9 : n * n = n} = {1}
VARIABLE x
Init == x = 0
Next == x' = x
===============================================================================
