\* expect: violates Stays
\* <>[]P fails by going round.
------------------------ MODULE EventuallyAlwaysFails -------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
Stays == <>[](x < 2)
===============================================================================
