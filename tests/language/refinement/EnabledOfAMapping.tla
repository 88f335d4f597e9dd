\* expect: violates P
\* u + 1 is no value of the mapping, but it is one of u.
-------------------------- MODULE EnabledOfAMapping ---------------------------
EXTENDS Integers
VARIABLE x
G == INSTANCE Gauges WITH u <- 2 * x, v <- 3
Spec == x = 0 /\ [][x' = 1 - x]_x /\ WF_x(x' = 1 - x)
P == G!Often /\ G!Fair
===============================================================================
