\* expect: ok
\* M(p) == INSTANCE ...: the parameter comes first in each operator.
----------------------------- MODULE Parametrised -----------------------------
EXTENDS Naturals
VARIABLE f
C(n, top) == INSTANCE CellCounter WITH Top <- top, cell <- f[n]
Init == f = <<0, 0>>
Next == \E n \in {1, 2} : f' = [f EXCEPT ![n] = C(n, n)!After(1)]
===============================================================================
