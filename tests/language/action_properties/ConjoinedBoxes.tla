\* expect: ok
\* A conjunction of a state predicate and two boxes.
---------------------------- MODULE ConjoinedBoxes ----------------------------
EXTENDS Integers
VARIABLE f
Init == f = <<0, 0>>
Next == \E i \in 1..2 : f[i] < 2 /\ f' = [f EXCEPT ![i] = @ + 1]
P == /\ f[1] = 0
     /\ [][\A i \in 1..2 : f'[i] >= f[i]]_f
     /\ [][f[1] + f[2] + 1 = f'[1] + f'[2]]_f
===============================================================================
