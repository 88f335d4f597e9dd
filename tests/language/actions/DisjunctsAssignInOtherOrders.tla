\* expect: ok
\* One branch assigns x then y, the other y then x, a third from what follows.
--------------------- MODULE DisjunctsAssignInOtherOrders ---------------------
EXTENDS Integers
VARIABLES x, y, z
Init == x = 0 /\ y = 0 /\ z = 0
Next == /\ \/ x' = 1 - x /\ y' = x'
           \/ y' \in {0, 1} /\ x' = y' /\ y' # y
           \/ x < 2 /\ x' = x /\ y' = 0
        /\ z' = x' + y'
===============================================================================
