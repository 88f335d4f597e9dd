\* expect: ok
\* <<x, y>> \in S takes pairs apart, in \E as action and in \A.
---------------------------- MODULE TuplePatterns -----------------------------
EXTENDS Integers
VARIABLES e, at
Init == e = {<<1, 2>>, <<2, 3>>, <<3, 1>>} /\ at = 1
Next == \E <<x, y>> \in e : x = at /\ at' = y
          /\ e' = IF \A <<p, q>> \in e : p # q THEN e \ {<<x, y>>} ELSE e
===============================================================================
