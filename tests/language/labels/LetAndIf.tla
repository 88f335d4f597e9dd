\* expect: ok
\* LET is descended to a named operator, IF is not.
------------------------------- MODULE LetAndIf -------------------------------
EXTENDS Integers
VARIABLE x
Up == x < 4 /\ x' = x + 1
Zero == x > 0 /\ x' = 0
Init == x = 0
Next == \/ LET two == x + 2 IN x < 3 /\ x' = two
        \/ LET k == 1 IN Up
        \/ IF x % 2 = 0 THEN Up ELSE Zero
===============================================================================
