\* expect: ok
\* u' = 1 and v' = 2 can hold together, but not if both are x'.  TLA+ says
\* ENABLED before it substitutes (TRUE); TLC substitutes first (FALSE).
-------------------------- MODULE UnderSubstitution ---------------------------
EXTENDS Naturals
VARIABLES x, seen
E == INSTANCE TwoVariables WITH u <- x, v <- x
Init == x = 0 /\ seen = {}
Next == x < 2 /\ x' = x + 1 /\ seen' = seen \cup {ENABLED E!Differ}
===============================================================================
