\* expect: violates P
\* In the instance u' and v' may differ, though both are x here.
---------------------- MODULE EnabledBeforeSubstituting -----------------------
EXTENDS Integers
VARIABLE x
G == INSTANCE Gauges WITH u <- x, v <- x
Spec == x = 0 /\ [][x' = 1 - x]_x
P == G!Fair
===============================================================================
