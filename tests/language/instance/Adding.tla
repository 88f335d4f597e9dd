\* A module that SeenThroughParameters instantiates.
-------------------------------- MODULE Adding --------------------------------
EXTENDS Integers
CONSTANTS N, Op(_)
VARIABLE v
Inc == v' = (v + 1) % N
Val == Op(v) + N
Eq(w) == w' = v' + N
Same == UNCHANGED v
Can == ENABLED (v' = v + 1 /\ v < N)
Box == [v' = v + 1]_v
Local == LET k == v + N IN LET m(a) == a + k IN m(N)
===============================================================================
