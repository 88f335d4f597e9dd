\* expect: ok
\* An unnamed INSTANCE: its variables are ours.
----------------------------- MODULE WithoutNames -----------------------------
EXTENDS Integers
VARIABLES on, count
INSTANCE Switch
Spec == Init /\ [][Press]_vars /\ WF_vars(Press)
P == Weak /\ Strong
===============================================================================
