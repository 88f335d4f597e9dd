\* expect: ok
\* A local definition used as guard and value of an action.
----------------------------- MODULE LetInActions -----------------------------
EXTENDS Integers, Sequences
VARIABLES q, n
Init == q = <<1, 2>> /\ n = 0
Next == \E i \in 1..2 : LET m == q[i]
                            rest == [q EXCEPT ![i] = 0]
                        IN /\ m # 0
                           /\ n' = n + m
                           /\ q' = rest
===============================================================================
