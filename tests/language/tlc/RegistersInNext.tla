\* expect: ok
\* A register is read anew each time, though TLCGet has a constant level.
--------------------------- MODULE RegistersInNext ----------------------------
EXTENDS TLC, Integers
VARIABLES x, y
Init == x = 0 /\ y = 0 /\ TLCSet(1, 0)
Next == /\ x < 5
        /\ TLCSet(1, TLCGet(1) + 1)
        /\ x' = TLCGet(1)
        /\ TLCSet(1, TLCGet(1) + 10)
        /\ y' = TLCGet(1)
        /\ TLCSet(1, TLCGet(1) - 10)
===============================================================================
