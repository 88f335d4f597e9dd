\* expect: violates Answered
\* One WF for both processes together starves one of them.
----------------------------- MODULE LeadsToFails -----------------------------
EXTENDS Integers
VARIABLE r
P == {"p", "q"}
Ask(p) == r[p] = "idle" /\ r' = [r EXCEPT ![p] = "asks"]
Answer(p) == r[p] = "asks" /\ r' = [r EXCEPT ![p] = "idle"]
Next == \E p \in P : Ask(p) \/ Answer(p)
Spec == r = [p \in P |-> "idle"] /\ [][Next]_r /\ WF_r(\E p \in P : Answer(p))
Answered == \A p \in P : r[p] = "asks" ~> r[p] = "idle"
===============================================================================
