\* expect: ok
\* The same set gives the same choice however it came about.
------------------------ MODULE EqualSetsEqualChoices -------------------------
EXTENDS Integers
VARIABLES s, c
Pick(S) == CHOOSE x \in S : x # 2
Init == s = {3, 2, 1} /\ c = 0
Next == \E x \in s : /\ s' = (s \ {x}) \cup {x, 1, 4}
                     /\ c' = Pick(s') * 10 + Pick({y \in s' : y # c % 10})
Same == Pick(s) = Pick({x \in 0..9 : x \in s})
===============================================================================
