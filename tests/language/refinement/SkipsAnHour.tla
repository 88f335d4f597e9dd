\* expect: violates Implements
\* One step in two hours is no step of the abstract clock.
----------------------------- MODULE SkipsAnHour ------------------------------
EXTENDS Naturals
VARIABLES h, m
Init == h = 0 /\ m = 0
Tick == m' = (m + 1) % 3 /\ h' = IF m = 2 THEN (h + 2) % 3 ELSE h
Spec == Init /\ [][Tick]_<<h, m>> /\ WF_<<h, m>>(Tick)
Hours == INSTANCE Clock WITH hour <- h
Implements == Hours!Safe
===============================================================================
