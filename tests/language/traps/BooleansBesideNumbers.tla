\* expect: ok
\* In Python {True} == {1} and True == 1: a state with TRUE and one with 1
\* must not be taken for each other, nor their functions, sets and tuples.
------------------------ MODULE BooleansBesideNumbers -------------------------
VARIABLES kind, v
Bools == {TRUE, FALSE}
Numbers == {0, 1}
Init == kind = "start" /\ v = {}
Next == \/ kind' = "b" /\ v' \in {Bools, {TRUE}, {FALSE}}
        \/ kind' = "n" /\ v' \in {Numbers, {1}, {0}}
        \/ kind' = "x" /\ \/ v' = <<TRUE>> \/ v' = <<1>> \/ v' = [a |-> 0]
                          \/ v' = [a |-> FALSE] \/ v' = TRUE \/ v' = 1
===============================================================================
