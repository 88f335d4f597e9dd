\* expect: ok
\* Append puts at the end, Head and Tail take from the front.
--------------------------- MODULE QueueOfMessages ----------------------------
EXTENDS Integers, Sequences
VARIABLES q, last
Init == q = <<>> /\ last = 0
Next == \/ \E m \in 1..2 : Len(q) < 2 /\ q' = Append(q, m) /\ last' = last
        \/ q # <<>> /\ last' = Head(q) /\ q' = Tail(q)
===============================================================================
