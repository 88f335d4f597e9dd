--------------------------- MODULE LinearizableStore --------------------------
(* A store of values by key, linearizable: see Linearizability.  Each        *)
(* operation is on one key, so that the store is linearizable iff each of    *)
(* its keys is (Herlihy & Wing, theorem 1): a history can be checked key by  *)
(* key.                                                                      *)
(*                                                                           *)
(* Source    Herlihy & Wing, "Linearizability: A Correctness Condition for   *)
(*           Concurrent Objects", ACM TOPLAS 12(3), 1990.                    *)
(* Left out  Operations on several keys at once.                             *)
CONSTANTS
  Client,       \* those who use the store
  Key,          \* under which values are stored
  Value,        \* what is stored
  Nil           \* what is read where nothing is stored

VARIABLES object, waiting, lost, due    \* see Linearizability

-------------------------------------------------------------------------------
Answer  == Value \cup {Nil}
Initial == <<>>     \* a function: its domain are the keys that have a value

Reading(k, among) == [f |-> "read", key |-> k, among |-> among]
Write(k, v)       == [f |-> "write", key |-> k, value |-> v]
Delete(k)         == Write(k, Nil)
Cas(k, old, new)  == [f |-> "cas", key |-> k, old |-> old, new |-> new]

Read == [f : {"read"}, key : Key, among : SUBSET Answer]
Update ==
  [f : {"write"}, key : Key, value : Answer]
  \cup [f : {"cas"}, key : Key, old : Answer, new : Value]

Told(r, s) == IF r.key \in DOMAIN s THEN s[r.key] ELSE Nil

(* State s with v under key k; nothing is stored where Nil is.               *)
With(s, k, v) ==
  IF v = Nil THEN [j \in DOMAIN s \ {k} |-> s[j]]
  ELSE [j \in DOMAIN s \cup {k} |-> IF j = k THEN v ELSE s[j]]

Possible(u, s)   == u.f = "cas" => u.old = Told(u, s)
After(u, s)      == With(s, u.key, IF u.f = "cas" THEN u.new ELSE u.value)
Overwrites(u, w) == u.f = "write" /\ w.f = "write" /\ u.key = w.key

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
