\* expect: ok
\* f[x][y]: a function whose values are functions.
--------------------------- MODULE CurriedFunctions ---------------------------
EXTENDS Integers
VARIABLE f
Init == f = [x \in {"p", "q"} |-> [y \in {0, 1} |-> y]]
Next == \E x \in {"p", "q"}, y \in {0, 1} :
          f' = [f EXCEPT ![x][y] = f[x][1 - y]]
===============================================================================
