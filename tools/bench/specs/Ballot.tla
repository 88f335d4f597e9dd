-------------------------------- MODULE Ballot --------------------------------
(* A coordinator and N voters that exchange messages in a set which only     *)
(* grows: a model whose size grows sevenfold or so with each voter, for      *)
(* benchmarks alone.  3 voters: under 1,000 states; 7: about 300,000.        *)
EXTENDS Naturals

CONSTANT N

VARIABLES
  voter,    \* voter[v]: "asked", "yes", "done", "undone"
  counted,  \* votes that the coordinator has counted
  outcome,  \* "open", "done", "undone"
  said      \* messages sent

vars == <<voter, counted, outcome, said>>
Voters == 1..N

Init ==
  /\ voter = [v \in Voters |-> "asked"]
  /\ counted = {}
  /\ outcome = "open"
  /\ said = {}

Yes(v) ==
  /\ voter[v] = "asked"
  /\ voter' = [voter EXCEPT ![v] = "yes"]
  /\ said' = said \cup {[kind |-> "yes", from |-> v]}
  /\ UNCHANGED <<counted, outcome>>

No(v) ==
  /\ voter[v] = "asked"
  /\ voter' = [voter EXCEPT ![v] = "undone"]
  /\ UNCHANGED <<counted, outcome, said>>

Count(v) ==
  /\ outcome = "open"
  /\ [kind |-> "yes", from |-> v] \in said
  /\ counted' = counted \cup {v}
  /\ UNCHANGED <<voter, outcome, said>>

Close(result) ==
  /\ outcome = "open"
  /\ result = "done" => counted = Voters
  /\ outcome' = result
  /\ said' = said \cup {[kind |-> result]}
  /\ UNCHANGED <<voter, counted>>

Obey(v, result) ==
  /\ [kind |-> result] \in said
  /\ voter' = [voter EXCEPT ![v] = result]
  /\ UNCHANGED <<counted, outcome, said>>

Next ==
  \/ \E v \in Voters : Yes(v) \/ No(v) \/ Count(v)
  \/ \E result \in {"done", "undone"} : Close(result)
  \/ \E v \in Voters, result \in {"done", "undone"} : Obey(v, result)

Spec == Init /\ [][Next]_vars

TypeOK ==
  /\ voter \in [Voters -> {"asked", "yes", "done", "undone"}]
  /\ counted \subseteq Voters
  /\ outcome \in {"open", "done", "undone"}

Agreement ==
  \A v, w \in Voters : ~(voter[v] = "done" /\ voter[w] = "undone")
===============================================================================
