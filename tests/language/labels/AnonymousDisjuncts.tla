\* expect: ok
\* Disjuncts without a name of their own.
-------------------------- MODULE AnonymousDisjuncts --------------------------
EXTENDS Integers
VARIABLE x
Init == x = 0
Odd == \/ x = 1 /\ x' = 2
       \/ x = 3 /\ x' = 0
Next == \/ x = 0 /\ x' = 1
        \/ Odd
        \/ x = 2 /\ x' = 3
===============================================================================
