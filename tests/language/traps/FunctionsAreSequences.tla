\* expect: ok
\* A function on 1..n is a sequence: one state whichever way it is made.
------------------------ MODULE FunctionsAreSequences -------------------------
EXTENDS Integers, Sequences, TLC
VARIABLE q
Init == q = <<3, 4>>
Next == \/ q' = [i \in 1..2 |-> i + 2] \/ q' = (1 :> 3 @@ 2 :> 4)
        \/ q' = [i \in {2, 1} |-> IF i = 1 THEN 3 ELSE 4]
        \/ q' = Append(<<3>>, 4) \/ q' = Tail(<<0, 3, 4>>)
        \/ q' = [[i \in 0..2 |-> i] EXCEPT ![0] = 7]
===============================================================================
