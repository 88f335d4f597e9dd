---- MODULE WaitingOutside ----
EXTENDS Naturals
VARIABLES s, all
Rest == s > 0 /\ s' = s - 1 /\ UNCHANGED all
====
