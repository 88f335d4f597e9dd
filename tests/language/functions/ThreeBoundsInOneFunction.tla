\* expect: ok
\* [x, y \in S, z \in T |-> e] maps triples.
----------------------- MODULE ThreeBoundsInOneFunction -----------------------
EXTENDS Integers
VARIABLE f
Init == f = [x, y \in {0, 1}, z \in {5} |-> 2 * x + y + z]
Next == f' = [x, y \in {0, 1}, z \in {5} |-> f[y, x, z]]
===============================================================================
