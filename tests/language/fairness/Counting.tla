------------------------------- MODULE Counting -------------------------------
EXTENDS Integers
CONSTANT Top
VARIABLE n
Init == n = 0
Up == n < Top /\ n' = n + 1
Down == n > 0 /\ n' = n - 1
Next == Up \/ Down
Spec == Init /\ [][Next]_n /\ WF_n(Next) /\ SF_n(n = Top - 1 /\ Up)
Arrives == <>(n = Top)
===============================================================================
