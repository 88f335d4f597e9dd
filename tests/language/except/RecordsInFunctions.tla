\* expect: ok
\* ![p].field and .field[k] mix.
-------------------------- MODULE RecordsInFunctions --------------------------
EXTENDS Integers
VARIABLE s
P == {"p", "q"}
Init == s = [p \in P |-> [n |-> 0, log |-> <<0, 0>>]]
Next == \E p \in P : \/ s[p].n < 2 /\ s' = [s EXCEPT ![p].n = @ + 1]
                     \/ s[p].n > 0 /\ s' = [s EXCEPT ![p].log[s[p].n] = 1 - @,
                                                      ![p].n = 0]
===============================================================================
