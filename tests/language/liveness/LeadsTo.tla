\* expect: ok
\* P ~> Q: each request is answered; two of them, quantified.
------------------------------- MODULE LeadsTo --------------------------------
EXTENDS Integers
VARIABLE r
P == {"p", "q"}
Ask(p) == r[p] = "idle" /\ r' = [r EXCEPT ![p] = "asks"]
Answer(p) == r[p] = "asks" /\ r' = [r EXCEPT ![p] = "idle"]
Next == \E p \in P : Ask(p) \/ Answer(p)
Spec == r = [p \in P |-> "idle"] /\ [][Next]_r /\ \A p \in P : WF_r(Answer(p))
Answered == \A p \in P : r[p] = "asks" ~> r[p] = "idle"
===============================================================================
