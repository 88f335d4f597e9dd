\* expect: ok
\* a :> b is a function of one argument; of f @@ g the left one wins.
--------------------------- MODULE FunctionsByPairs ---------------------------
EXTENDS TLC, Integers
VARIABLE f
Init == f = (1 :> "x") @@ (2 :> "y")
Next == \/ f' = (2 :> "z") @@ f \/ f' = f @@ (3 :> "w")
        \/ f' = f @@ (2 :> "never")
===============================================================================
