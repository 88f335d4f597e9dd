\* expect: ok
\* Local operators with parameters, used twice with other arguments.
------------------------------ MODULE Parameters ------------------------------
EXTENDS Integers
VARIABLES x, y
Init == x = 1 /\ y = 1
Next == LET Twice(n) == n + n
            Both(F(_), n) == F(F(n))
        IN x' = Twice(y) % 7 /\ y' = (Both(Twice, x) + 1) % 5
===============================================================================
