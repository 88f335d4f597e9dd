\* expect: ok
\* Entering is enabled again and again: SF for each process.
---------------------------- MODULE StrongForEach -----------------------------
EXTENDS Integers
VARIABLE pc
Proc == {"p", "q"}
Try(p) == pc[p] = "idle" /\ pc' = [pc EXCEPT ![p] = "waits"]
Enter(p) == /\ pc[p] = "waits"
            /\ \A q \in Proc : pc[q] # "in"
            /\ pc' = [pc EXCEPT ![p] = "in"]
Leave(p) == pc[p] = "in" /\ pc' = [pc EXCEPT ![p] = "idle"]
Next == \E p \in Proc : Try(p) \/ Enter(p) \/ Leave(p)
Init == pc = [p \in Proc |-> "idle"]
P == \A p \in Proc : pc[p] = "waits" ~> pc[p] = "in"
Spec == /\ Init /\ [][Next]_pc
        /\ \A p \in Proc : SF_pc(Enter(p)) /\ WF_pc(Leave(p))
===============================================================================
