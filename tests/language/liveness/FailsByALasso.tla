\* expect: violates Arrives
\* It moves for ever and yet never arrives.
---------------------------- MODULE FailsByALasso -----------------------------
EXTENDS Integers
VARIABLE x
Around == x < 3 /\ x' = (x + 1) % 3
Leave == x = 1 /\ x' = 3
Next == Around \/ Leave
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
Arrives == <>(x = 3)
===============================================================================
