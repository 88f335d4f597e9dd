\* expect: ok
\* Membership in Seq(S), also for functions on 1..n; never listed.
---------------------------- MODULE SetOfSequences ----------------------------
EXTENDS Integers, Sequences
VARIABLES s, in
Init == s \in {<<>>, <<1, 2>>, <<1, 3>>, [i \in 1..2 |-> i], [i \in {1} |-> 7]}
        /\ in = <<>>
Next == UNCHANGED s /\ in' = <<s \in Seq({1, 2}), s \in Seq(Nat)>>
===============================================================================
