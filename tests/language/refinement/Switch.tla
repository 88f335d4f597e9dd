-------------------------------- MODULE Switch --------------------------------
EXTENDS Integers
VARIABLES on, count
Init == on = FALSE /\ count = 0
Press == on' = ~on /\ count' = (count + 1) % 2
Reset == count # 0 /\ count' = 0 /\ on' = FALSE
vars == <<on, count>>
Safe == Init /\ [][Press \/ Reset]_vars
Weak == Safe /\ WF_vars(Press)
Strong == Safe /\ SF_vars(Reset)
Pressed == []<>on
Known == on \in BOOLEAN
Counted == count \in 0..1
===============================================================================
