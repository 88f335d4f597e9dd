\* expect: ok
\* EXCEPT on a sequence gives a sequence; TRUE is no index 1.
------------------------- MODULE SequencesAndBooleans -------------------------
EXTENDS Integers, Sequences
VARIABLES q, b
Init == q = <<5, 6>> /\ b = [x \in BOOLEAN |-> 0]
Next == \/ Len(q) < 3 /\ q' = Append([q EXCEPT ![Len(q)] = 0], 1) /\ b' = b
        \/ q' = q /\ b' = [b EXCEPT ![q[1] = 0] = 1]
        \/ q' = [q EXCEPT ![1] = 0] /\ UNCHANGED b
===============================================================================
