\* expect: ok
\* TLC's Len and \o work on strings too.
---------------------------- MODULE LengthAndJoin -----------------------------
EXTENDS Sequences, Integers
VARIABLE s
Init == s = "ab"
Next == Len(s) < 6 /\ s' = s \o "c"
===============================================================================
