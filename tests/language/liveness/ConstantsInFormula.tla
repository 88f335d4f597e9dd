\* expect: ok
\* Constants of the cfg: a set of model values, and a number.
-------------------------- MODULE ConstantsInFormula --------------------------
EXTENDS Integers
CONSTANTS Proc, Max
VARIABLE n
Next == \E p \in Proc : n[p] < Max /\ n' = [n EXCEPT ![p] = @ + 1]
Spec == n = [p \in Proc |-> 0] /\ [][Next]_n /\ WF_n(Next)
P == \A p \in Proc : \A i \in 0..Max - 1 : n[p] = i ~> n[p] > i
===============================================================================
