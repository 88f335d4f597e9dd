\* expect: ok
\* One bound is constant and the other one is not, in one \E and in two.
----------------------------- MODULE MixedBounds ------------------------------
EXTENDS Integers
VARIABLES x, s
Pair(d, e) == x' = d /\ s' = {e}
Other(d, e) == x' = e /\ s' = {d, e}
Init == x = 0 /\ s = {1}
Next == \/ \E d \in {1, 2}, e \in s : Pair(d, e)
        \/ \E d \in {3} : \E e \in s : Other(d, e)
        \/ \E e \in s : \E d \in {1} : Other(d, e)
Small == x < 3
===============================================================================
