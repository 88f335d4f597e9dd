\* expect: ok
\* An INSTANCE with a parameter, for each process.
---------------------------- MODULE WithAParameter ----------------------------
EXTENDS Integers
VARIABLE h
S(i) == INSTANCE Switch WITH on <- h[i] = 1, count <- h[i]
Flip(i) == h' = [h EXCEPT ![i] = 1 - @]
Next == Flip(1) \/ Flip(2)
Spec == h = <<0, 0>> /\ [][Next]_h /\ WF_h(Flip(1)) /\ WF_h(Flip(2))
P == \A i \in 1..2 : S(i)!Pressed
===============================================================================
