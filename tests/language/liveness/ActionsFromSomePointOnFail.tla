\* expect: violates P
\* Steps that are none of A occur again and again.
---------------------- MODULE ActionsFromSomePointOnFail ----------------------
EXTENDS Integers
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == <>[][x' > x]_x
===============================================================================
