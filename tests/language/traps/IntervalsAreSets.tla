\* expect: ok
\* 1..n equals the set that lists it, as a value, element and argument.
--------------------------- MODULE IntervalsAreSets ---------------------------
EXTENDS Integers
VARIABLES s, f
Init == s = {1..2, {3}} /\ f = [t \in {1..2} |-> 0]
Next == \/ s' = {{2, 1}, 3..3} /\ f' = [f EXCEPT ![{1, 2}] = 1]
        \/ s' = s \ {{1, 2}} /\ f' = f
        \/ s' = {{}, 2..1, 5..4} /\ UNCHANGED f
===============================================================================
