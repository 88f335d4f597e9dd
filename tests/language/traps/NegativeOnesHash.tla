\* expect: ok
\* In Python hash(-1) == hash(-2): states that differ in this are two.
--------------------------- MODULE NegativeOnesHash ---------------------------
EXTENDS Integers
VARIABLES x, s
Init == x = -1 /\ s = {-1}
Next == \/ x' = -2 /\ s' = {-2}
        \/ x' = x /\ s' = s \cup {-1, -2}
        \/ x = -2 /\ x' = -1 /\ UNCHANGED s
===============================================================================
