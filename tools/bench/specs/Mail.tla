------------------------------- MODULE Mail -------------------------------
(* Processes that send each other letters, which the network may deliver in *)
(* any order.  Each letter says how much its sender had done before.        *)
EXTENDS Naturals, Bags

CONSTANT
  P

VARIABLES
  done,   \* done[p]: how many letters p has sent and received
  net     \* the letters in flight

Letter(p, q, k) ==
  [from |-> p, to |-> q, k |-> k]

Init ==
  /\ done = [p \in P |-> 0]
  /\ net = EmptyBag

Send(p, q) ==
  /\ net' = net (+) SetToBag({Letter(p, q, done[p])})
  /\ done' = [done EXCEPT ![p] = @ + 1]

Receive(m) ==
  /\ BagIn(m, net)
  /\ net' = net (-) SetToBag({m})
  /\ done' = [done EXCEPT ![m.to] = @ + 1]

Next ==
  \/ \E p, q \in P : Send(p, q)
  \/ \E m \in DOMAIN net : Receive(m)

Spec ==
  Init /\ [][Next]_<<done, net>>
============================================================================
