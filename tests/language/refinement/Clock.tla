-------------------------------- MODULE Clock ---------------------------------
EXTENDS Naturals
VARIABLE hour
Init == hour = 0
Next == hour' = (hour + 1) % 3
Spec == Init /\ [][Next]_hour /\ WF_hour(Next)
Safe == Init /\ [][Next]_hour
===============================================================================
