\* expect: error
\* Init that no state satisfies: nothing was checked, and that is no "ok".
---------------------------- MODULE NoInitialState ----------------------------
EXTENDS Integers
VARIABLE x
Init == x \in 1..3 /\ x > 3
Next == x' = x
===============================================================================
