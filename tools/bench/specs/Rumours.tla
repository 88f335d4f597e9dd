------------------------------- MODULE Rumours --------------------------------
(* People who know versions of each other's news, and call each other up:    *)
(* functions of functions, quantified over in each step, for benchmarks.     *)
EXTENDS Naturals

CONSTANTS Person, Latest

VARIABLES knows, talking

vars == <<knows, talking>>

Init ==
  /\ knows = [p \in Person |-> [q \in Person |-> 0]]
  /\ talking = {}

Happen(p) ==
  /\ knows[p][p] < Latest
  /\ knows' = [knows EXCEPT ![p][p] = @ + 1]
  /\ UNCHANGED talking

Call(p, q) ==
  /\ p # q
  /\ \A pair \in talking : p \notin pair /\ q \notin pair
  /\ talking' = talking \cup {{p, q}}
  /\ UNCHANGED knows

Newer(a, b) == IF a > b THEN a ELSE b

Tell(p, q) ==
  /\ {p, q} \in talking
  /\ \E r \in Person : knows[p][r] > knows[q][r]
  /\ knows' = [knows EXCEPT ![q] =
                 [r \in Person |-> Newer(knows[p][r], knows[q][r])]]
  /\ UNCHANGED talking

HangUp(p, q) ==
  /\ {p, q} \in talking
  /\ p # q
  /\ talking' = talking \ {{p, q}}
  /\ UNCHANGED knows

Next ==
  \/ \E p \in Person : Happen(p)
  \/ \E p, q \in Person : Call(p, q)
  \/ \E p, q \in Person : Tell(p, q)
  \/ \E p, q \in Person : HangUp(p, q)

Spec == Init /\ [][Next]_vars

OwnNewsIsNewest == \A p, q \in Person : knows[q][p] <= knows[p][p]
===============================================================================
