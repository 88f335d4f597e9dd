\* expect: ok
\* What a LET defines of a parameter, under a prime: its level is that of text.
------------------------- MODULE ParameterUnderAPrime -------------------------
EXTENDS Integers
VARIABLES x, y, z
After(p) == LET more == p + 1 IN more'
Other(p) == LET add(q) == p + q IN LET sum == add(1) IN sum'
Init == x = 0 /\ y = 0 /\ z = 0
Next == x' = (x + 1) % 3 /\ y' = After(x) /\ z' = Other(x)
===============================================================================
