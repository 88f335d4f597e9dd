\* expect: ok
\* Lists of conjuncts and disjuncts group by their columns: read without
\* columns, the inner list ends elsewhere and other states are reached.
----------------------------- MODULE BulletLists ------------------------------
EXTENDS Integers
VARIABLES a, b
Init == a = 0 /\ b = 0
Next == \/ /\ a = 0
           /\ \/ b = 0
              \/ b = 2
           /\ a' = 1
           /\ b' \in {1, 2}
        \/ /\ a = 1
           /\ b = 1 \/ a = 2 => b = 2
           /\ a' = 2 /\ UNCHANGED b
        \/ a = 2 /\ b = 2 /\ a' = 0 /\ b' = 2
===============================================================================
