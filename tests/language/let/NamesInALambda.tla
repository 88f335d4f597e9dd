\* expect: ok
\* A LET's name that only a LAMBDA passed on by another name of it mentions.
---------------------------- MODULE NamesInALambda ----------------------------
EXTENDS Integers
VARIABLE x
Only(S, P(_)) == CHOOSE e \in S : P(e) /\ \A f \in S : P(f) => f = e
Above(n) == LET least == n + 1
                wanted == Only(1..3, LAMBDA e : e >= least)
            IN wanted
Twice(n) == LET add(m) == m + n
                both == [e \in 1..2 |-> Only(1..9, LAMBDA d : add(e) = d)]
            IN both[1] + both[2]
Init == x = 2
Next == x' = IF x = 2 THEN Above(x) ELSE Twice(2) - 5
===============================================================================
