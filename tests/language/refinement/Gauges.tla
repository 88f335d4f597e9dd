-------------------------------- MODULE Gauges --------------------------------
EXTENDS Integers
VARIABLES u, v
Differ == u' = u + 1 /\ v' = v
Fair == WF_u(Differ)
Often == []<>ENABLED Differ
===============================================================================
