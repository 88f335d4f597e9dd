\* expect: ok
\* \E over a set that the state decides, with the bound name assigned.
--------------------------- MODULE ExistsOverState ----------------------------
EXTENDS Integers
VARIABLES s, last
Init == s = {1, 2} /\ last = 0
Next == \/ \E x \in s : s' = s \ {x} /\ last' = x
        \/ \E x \in {last} \ s, y \in {0} \cup s : s' = s \cup {x} /\ last' = y
Small == s \subseteq 0..2
===============================================================================
