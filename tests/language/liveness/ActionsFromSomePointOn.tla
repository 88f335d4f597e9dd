\* expect: ok
\* <>[][A]_v: from some point on only steps of A.
------------------------ MODULE ActionsFromSomePointOn ------------------------
EXTENDS Integers
VARIABLE x
Next == (x < 4 /\ x' = x + 1) \/ (x = 4 /\ x' = 2)
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
P == <>[][x' > 1]_x
===============================================================================
