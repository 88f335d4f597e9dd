------------------------------- MODULE Tickets --------------------------------
(* N processes that take tickets, as at a bakery, and enter by the least:    *)
(* mutual exclusion with a program counter for each, for benchmarks.  A      *)
(* process rests when its ticket would be above the bound.                   *)
EXTENDS Naturals, FiniteSets

CONSTANTS N, MaxTicket

VARIABLES at, ticket, seen, checked

vars == <<at, ticket, seen, checked>>
Processes == 1..N

Init ==
  /\ at = [p \in Processes |-> "away"]
  /\ ticket = [p \in Processes |-> 0]
  /\ seen = [p \in Processes |-> 0]
  /\ checked = [p \in Processes |-> {}]

Before(p, q) ==
  \/ ticket[p] < ticket[q]
  \/ ticket[p] = ticket[q] /\ p < q

Come(p) ==
  /\ at[p] = "away"
  /\ at' = [at EXCEPT ![p] = "choosing"]
  /\ seen' = [seen EXCEPT ![p] = 0]
  /\ checked' = [checked EXCEPT ![p] = {p}]
  /\ UNCHANGED ticket

Look(p, q) ==
  /\ at[p] = "choosing"
  /\ q \notin checked[p]
  /\ checked' = [checked EXCEPT ![p] = @ \cup {q}]
  /\ seen' = [seen EXCEPT ![p] = IF ticket[q] > @ THEN ticket[q] ELSE @]
  /\ UNCHANGED <<at, ticket>>

Take(p) ==
  /\ at[p] = "choosing"
  /\ checked[p] = Processes
  /\ seen[p] < MaxTicket
  /\ ticket' = [ticket EXCEPT ![p] = seen[p] + 1]
  /\ at' = [at EXCEPT ![p] = "waiting"]
  /\ checked' = [checked EXCEPT ![p] = {p}]
  /\ seen' = [seen EXCEPT ![p] = 0]

Pass(p, q) ==
  /\ at[p] = "waiting"
  /\ q \notin checked[p]
  /\ at[q] # "choosing"
  /\ ticket[q] = 0 \/ Before(p, q)
  /\ checked' = [checked EXCEPT ![p] = @ \cup {q}]
  /\ UNCHANGED <<at, ticket, seen>>

Enter(p) ==
  /\ at[p] = "waiting"
  /\ checked[p] = Processes
  /\ at' = [at EXCEPT ![p] = "inside"]
  /\ UNCHANGED <<ticket, seen, checked>>

Leave(p) ==
  /\ at[p] = "inside"
  /\ at' = [at EXCEPT ![p] = "away"]
  /\ ticket' = [ticket EXCEPT ![p] = 0]
  /\ checked' = [checked EXCEPT ![p] = {}]
  /\ UNCHANGED seen

Next ==
  \/ \E p \in Processes : Come(p) \/ Take(p) \/ Enter(p) \/ Leave(p)
  \/ \E p, q \in Processes : Look(p, q) \/ Pass(p, q)

Spec == Init /\ [][Next]_vars

Exclusion == Cardinality({p \in Processes : at[p] = "inside"}) <= 1
===============================================================================
