\* expect: ok
\* Sets that need not be listed are values of variables: equal ones are one
\* state however they are written.
------------------------- MODULE FunctionSetsAsValues -------------------------
EXTENDS Integers
VARIABLE s
Init == s = [{1, 2} -> {0}]
Next == \/ s' = {<<0, 0>>} \/ s' = SUBSET {1} \/ s' = {{}, {1}}
        \/ s' = [a : {1}, b : {2}] \/ s' = {[b |-> 2, a |-> 1]}
        \/ s' = {1} \X {2} \/ s' = {<<1, 2>>}
===============================================================================
