\* expect: ok
\* A sum over a set by CHOOSE and recursion does not depend on the choice.
-------------------------- MODULE RecursionByChoice ---------------------------
EXTENDS Integers
VARIABLES s, n
RECURSIVE Sum(_)
Sum(S) == IF S = {} THEN 0 ELSE LET x == CHOOSE y \in S : TRUE
                                IN x + Sum(S \ {x})
Init == s = {} /\ n = 0
Next == \E x \in 1..3 : s' = s \cup {x} /\ n' = Sum(s')
===============================================================================
