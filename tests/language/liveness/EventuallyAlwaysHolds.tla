\* expect: ok
\* <>[]P holds: whichever way it goes, it stays there.
------------------------ MODULE EventuallyAlwaysHolds -------------------------
EXTENDS Integers
VARIABLE x
Go(i) == x = 0 /\ x' = i
Next == \E i \in 1..3 : Go(i)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == <>[](x > 0)
===============================================================================
