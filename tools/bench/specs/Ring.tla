--------------------------------- MODULE Ring ---------------------------------
(* N nodes on a ring that work, wake each other, and find out by a token     *)
(* whether all have stopped: functions of small values, for benchmarks.      *)
EXTENDS Naturals

CONSTANTS N, MaxOwed

VARIABLES
  busy,    \* busy[n]: is n working
  dark,    \* dark[n]: has n received work since it last saw the token
  owed,    \* owed[n]: messages of work on their way to n
  holder,  \* the node that has the token
  clean,   \* has the token seen no dark node on this round
  done

vars == <<busy, dark, owed, holder, clean, done>>
Nodes == 0..N - 1

Init ==
  /\ busy \in {[n \in Nodes |-> n = k] : k \in Nodes}
  /\ dark = [n \in Nodes |-> FALSE]
  /\ owed = [n \in Nodes |-> 0]
  /\ holder = 0
  /\ clean = FALSE
  /\ done = FALSE

Ask(n, m) ==
  /\ busy[n]
  /\ m # n
  /\ owed[m] < MaxOwed
  /\ owed' = [owed EXCEPT ![m] = @ + 1]
  /\ UNCHANGED <<busy, dark, holder, clean, done>>

Wake(n) ==
  /\ owed[n] > 0
  /\ owed' = [owed EXCEPT ![n] = @ - 1]
  /\ busy' = [busy EXCEPT ![n] = TRUE]
  /\ dark' = [dark EXCEPT ![n] = TRUE]
  /\ UNCHANGED <<holder, clean, done>>

Stop(n) ==
  /\ busy[n]
  /\ busy' = [busy EXCEPT ![n] = FALSE]
  /\ UNCHANGED <<dark, owed, holder, clean, done>>

Pass ==
  /\ ~busy[holder]
  /\ holder # 0
  /\ holder' = holder - 1
  /\ clean' = (clean /\ ~dark[holder])
  /\ dark' = [dark EXCEPT ![holder] = FALSE]
  /\ UNCHANGED <<busy, owed, done>>

Round ==
  /\ holder = 0
  /\ ~busy[0]
  /\ done' = (clean /\ ~dark[0])
  /\ holder' = N - 1
  /\ clean' = TRUE
  /\ dark' = [dark EXCEPT ![0] = FALSE]
  /\ UNCHANGED <<busy, owed>>

Next ==
  \/ \E n, m \in Nodes : Ask(n, m)
  \/ \E n \in Nodes : Wake(n)
  \/ \E n \in Nodes : Stop(n)
  \/ Pass
  \/ Round

Spec == Init /\ [][Next]_vars

TypeOK ==
  /\ busy \in [Nodes -> BOOLEAN]
  /\ dark \in [Nodes -> BOOLEAN]
  /\ owed \in [Nodes -> 0..MaxOwed]
  /\ holder \in Nodes
  /\ clean \in BOOLEAN
  /\ done \in BOOLEAN
===============================================================================
