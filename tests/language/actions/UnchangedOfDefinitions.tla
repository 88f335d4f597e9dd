\* expect: ok
\* UNCHANGED of a tuple of tuples behind definitions.
------------------------ MODULE UnchangedOfDefinitions ------------------------
EXTENDS Integers
VARIABLES a, b, c
ab == <<a, b>>
abc == <<ab, c>>
Init == a = 0 /\ b = 0 /\ c = 0
Next == \/ a' = 1 - a /\ UNCHANGED <<b, <<c>>>>
        \/ c' = (c + a) % 3 /\ UNCHANGED ab
        \/ a = 1 /\ b' = c /\ UNCHANGED a /\ UNCHANGED <<c>>
        \/ UNCHANGED abc
===============================================================================
