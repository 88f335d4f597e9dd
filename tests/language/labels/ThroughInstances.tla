\* expect: ok
\* Actions of an instance, named M!A, below disjunctions and quantifiers.
--------------------------- MODULE ThroughInstances ---------------------------
EXTENDS Naturals
VARIABLES x, n
C == INSTANCE LabelHelper WITH v <- x
D(k) == INSTANCE LabelHelper WITH v <- n
Init == x = 0 /\ n = 0
Next == \/ C!Both /\ UNCHANGED n
        \/ \E k \in {1, 2} : D(k)!Up /\ UNCHANGED x
        \/ C!Frozen(n)
===============================================================================
