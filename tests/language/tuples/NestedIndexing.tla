\* expect: ok
\* t[1][2]; a tuple in a tuple stays one.
---------------------------- MODULE NestedIndexing ----------------------------
EXTENDS Integers
VARIABLE t
Init == t = <<<<1, 2>>, 3>>
Next == t' = <<<<t[2], t[1][1]>>, t[1][2]>>
===============================================================================
