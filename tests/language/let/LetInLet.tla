\* expect: ok
\* LET in LET; the inner one sees the outer definitions.
------------------------------- MODULE LetInLet -------------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == LET a == x + 1
            b == LET c == a * 2 IN c + a
        IN x < 20 /\ x' \in {a, b}
===============================================================================
