\* expect: violates P
\* P ~> []Q asks for more than P ~> Q.
--------------------------- MODULE PersistenceFails ---------------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == x = 0 ~> [](x > 0)
===============================================================================
