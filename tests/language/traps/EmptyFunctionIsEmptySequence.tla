\* expect: ok
\* [x \in {} |-> 1] = <<>>, also as the empty bag and the only element of
\* [{} -> S]: two states.
--------------------- MODULE EmptyFunctionIsEmptySequence ---------------------
EXTENDS Integers, Sequences, Bags
VARIABLES q
Init == q = <<>>
Next == \/ q' = [x \in {} |-> 1] \/ q' = EmptyBag \/ q' \in [{} -> {1, 2}]
        \/ q' = Tail(<<1>>) \/ q' = <<0>> \/ q' = SubSeq(<<1, 2>>, 2, 1)
===============================================================================
