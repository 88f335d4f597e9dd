\* expect: ok
\* A variable that is None or a number; arithmetic only behind the test.
---------------------------- MODULE OptionalValues ----------------------------
EXTENDS Integers
CONSTANT None
VARIABLE m
P == {"p", "q"}
Init == m = [p \in P |-> None]
Next == \E p \in P : \/ m[p] = None /\ m' = [m EXCEPT ![p] = 0]
                     \/ m[p] # None /\ m[p] < 2 /\ m' = [m EXCEPT ![p] = @ + 1]
                     \/ \A q \in P : m[q] = 2 /\ m' = [m EXCEPT ![p] = None]
===============================================================================
