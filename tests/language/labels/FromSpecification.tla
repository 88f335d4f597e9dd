\* expect: ok
\* With SPECIFICATION the next-state action is found in [][Next]_v; one that is
\* no operator has no name.
-------------------------- MODULE FromSpecification ---------------------------
EXTENDS Integers
VARIABLE x
Up == x < 2 /\ x' = x + 1
Spec == x = 0 /\ [][Up \/ (x = 2 /\ x' = 0)]_x
===============================================================================
