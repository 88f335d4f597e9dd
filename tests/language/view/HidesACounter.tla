\* expect: ok
\* States with one VIEW are one state; the first that is found stays.
---------------------------- MODULE HidesACounter -----------------------------
EXTENDS Integers
VARIABLES x, steps
Seen == x
Init == x = 0 /\ steps = 0
Next == x' = (x + 1) % 3 /\ steps' = steps + 1
===============================================================================
