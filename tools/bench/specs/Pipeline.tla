------------------------------- MODULE Pipeline -------------------------------
(* Stages joined by bounded queues; items that overtake nothing and may be   *)
(* sent back once: sequences, for benchmarks.                                *)
EXTENDS Naturals, Sequences

CONSTANTS Stages, Capacity, Items

VARIABLES
  waiting,  \* items that have not entered
  queue,    \* queue[i]: what waits before stage i; the last is the output
  retried

vars == <<waiting, queue, retried>>

Init ==
  /\ waiting = 1..Items
  /\ queue = [i \in 1..Stages + 1 |-> <<>>]
  /\ retried = {}

Enter(x) ==
  /\ x \in waiting
  /\ Len(queue[1]) < Capacity
  /\ waiting' = waiting \ {x}
  /\ queue' = [queue EXCEPT ![1] = Append(@, x)]
  /\ UNCHANGED retried

Move(i) ==
  /\ queue[i] # <<>>
  /\ i = Stages \/ Len(queue[i + 1]) < Capacity
  /\ queue' = [queue EXCEPT ![i] = Tail(@), ![i + 1] = Append(@, Head(queue[i]))]
  /\ UNCHANGED <<waiting, retried>>

SendBack(i) ==
  /\ queue[i] # <<>>
  /\ Head(queue[i]) \notin retried
  /\ retried' = retried \cup {Head(queue[i])}
  /\ waiting' = waiting \cup {Head(queue[i])}
  /\ queue' = [queue EXCEPT ![i] = Tail(@)]

Next ==
  \/ \E x \in 1..Items : Enter(x)
  \/ \E i \in 1..Stages : Move(i)
  \/ \E i \in 1..Stages : SendBack(i)

Spec == Init /\ [][Next]_vars

Everywhere ==
  waiting \cup UNION {{queue[i][k] : k \in DOMAIN queue[i]} : i \in DOMAIN queue}

NothingIsLost == Everywhere = 1..Items
Bounded == \A i \in 1..Stages : Len(queue[i]) <= Capacity
===============================================================================
