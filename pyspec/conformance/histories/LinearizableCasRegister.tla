------------------------ MODULE LinearizableCasRegister -----------------------
(* A register that clients read, write, and compare and set, linearizable:   *)
(* see Linearizability.  A compare-and-set that finds another value than it  *)
(* compares with fails, takes no effect, and is no part of a history.        *)
(*                                                                           *)
(* Source    Herlihy & Wing, "Linearizability: A Correctness Condition for   *)
(*           Concurrent Objects", ACM TOPLAS 12(3), 1990.                    *)
CONSTANTS
  Client,       \* those who read and write
  Value,        \* what they write
  Nil           \* what is read before the first write

VARIABLES object, waiting, lost, due    \* see Linearizability

-------------------------------------------------------------------------------
Answer  == Value \cup {Nil}
Initial == Nil

Reading(among) == [f |-> "read", among |-> among]
Write(v)       == [f |-> "write", value |-> v]
Cas(old, new)  == [f |-> "cas", old |-> old, new |-> new]

Read == [f : {"read"}, among : SUBSET Answer]
Update ==
  [f : {"write"}, value : Value] \cup [f : {"cas"}, old : Answer, new : Value]

Told(r, s)       == s
Possible(u, s)   == u.f = "cas" => u.old = s
After(u, s)      == IF u.f = "cas" THEN u.new ELSE u.value
Overwrites(u, w) == u.f = "write" /\ w.f = "write"

-------------------------------------------------------------------------------
INSTANCE Linearizability

Next ==
  \/ \E c \in Idle, op \in Read \cup Update : Invoke(c, op)
  \/ \E c \in DOMAIN waiting : Lose(c)
  \/ \E c \in DOMAIN waiting : Due(c)
  \/ \E c \in DOMAIN waiting : Linearize(c)
  \/ \E u \in DOMAIN lost : Recover(u)
  \/ \E c \in due, answer \in Answer : Respond(c, answer)
  \/ \E c \in due : Confirm(c)

Spec == Init /\ [][Next]_vars
===============================================================================
