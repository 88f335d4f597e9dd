\* expect: ok
\* f'[k], f[k]' and f[k'] are three things.
-------------------------- MODULE PrimedApplication ---------------------------
EXTENDS Integers
VARIABLES f, k
Init == f = <<1, 2>> /\ k = 1
Next == /\ k' \in 1..2
        /\ f' \in {<<2, 1>>, <<1, 2>>, <<2, 2>>}
        /\ \/ f'[k] = 2 /\ f[k]' = 1
           \/ f[k'] = 2 /\ f[k] = 1 /\ f' # f
===============================================================================
