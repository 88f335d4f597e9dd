-------------------------------- MODULE Bounds --------------------------------
EXTENDS Naturals, FiniteSets
VARIABLE limit
Above(k) == limit + k
Count == LET k == 1 IN Cardinality({x \in 0..1 : x = limit + k})
===============================================================================
