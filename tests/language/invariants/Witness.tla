\* expect: violates NotReached
\* A witness: the invariant says that a state is not reached, and it is.
------------------------------- MODULE Witness --------------------------------
EXTENDS Integers
VARIABLES a, b
Init == a = 3 /\ b = 0
Next == \/ a' = 3 /\ b' = b
        \/ a' = a /\ b' = 0
        \/ LET m == IF a + b > 5 THEN 5 - b ELSE a IN a' = a - m /\ b' = b + m
NotReached == b # 5
===============================================================================
