\* expect: ok
\* Actions in parentheses and nested disjunctions keep their names; a
\* conjunction list of one item takes it away.
------------------------- MODULE ParenthesesAndLists --------------------------
EXTENDS Integers
VARIABLE x
A == x = 0 /\ x' = 1
B == x = 1 /\ x' = 2
C == x = 2 /\ x' = 0
Init == x = 0
Next == \/ /\ A
        \/ (((B)))
        \/ \/ \/ C
===============================================================================
