---------------------------- MODULE Linearizability ---------------------------
(* What an object may tell its clients if each of their operations takes     *)
(* effect at once, at some instant between its invocation and its response.  *)
(* The object is given by the constants below; a history conforms iff it is  *)
(* linearizable.                                                             *)
(*                                                                           *)
(* Source    Herlihy & Wing, "Linearizability: A Correctness Condition for   *)
(*           Concurrent Objects", ACM TOPLAS 12(3), 1990; Lowe, "Testing for *)
(*           Linearizability", Concurrency and Computation: Practice and     *)
(*           Experience 29(4), 2017, for linearizing just in time.           *)
(* Modelled  Operations that overlap; operations whose outcome nobody        *)
(*           learns; clients that never come back.                           *)
(* Left out  Operations that are known to have failed: they took no effect,  *)
(*           so that a history says the same without them.                   *)
(*                                                                           *)
(* A history fixes invocations and responses; where in between operations    *)
(* take effect is hidden.  There are exponentially many ways to choose, so   *)
(* the spec leaves out choices that are no better than others.  Three        *)
(* arguments:                                                                *)
(*                                                                           *)
(* 1. Just in time.  An effect can be put off, with all later ones, until    *)
(*    some response needs it or a later one.  So updates take effect only    *)
(*    while a response is due (Due) that cannot be given yet, and the        *)
(*    operation that it answers is the last of them.                         *)
(* 2. Reads change nothing.  A read that waits remembers what it might have  *)
(*    seen, so that it need not choose.                                      *)
(* 3. What nobody sees.  An update that another overwrites at once, before   *)
(*    anybody could see it, changes nothing either.  When an update takes    *)
(*    effect, those that it would overwrite are marked "unseen": they may    *)
(*    have taken effect just before it, or else will later.  Both are        *)
(*    possible until the response, or an effect, decides.  So no update      *)
(*    needs to take effect on its own before a response unless it is seen    *)
(*    then (Wanted).                                                         *)
EXTENDS Bags

CONSTANTS
  Client,            \* those who invoke operations
  Read,              \* operations that change nothing.  A read is a record
                     \* with f = "read" and a set `among`: it tells apart only
                     \* answers in there.  The smaller, the fewer states;
                     \* whoever knows the response says among |-> {response}.
  Update,            \* operations that may change the object: other f's.  The
                     \* client learns nothing but that it was done.
  Answer,            \* all that reads may be told
  Initial            \* the object's state at first.  States must be few that
                     \* updates which need others lead to (Onward).

CONSTANTS
  Told(_, _),        \* Told(r, s): what read r is told in state s
  Possible(_, _),    \* Possible(u, s): update u can take effect in s
  After(_, _),       \* After(u, s): the state after it did
  Overwrites(_, _)   \* Overwrites(u, w): both are always possible, and
                     \* After(u, After(w, s)) = After(u, s) in every s

VARIABLES
  object,      \* the object's state
  waiting,     \* waiting[c], for each client c that waits for a response: its
               \* operation `op`, and what may have become of it.  A read's
               \* `seen` are the answers among those it tells apart that were
               \* true since its invocation.  An update's `done` is "no",
               \* "yes" or "unseen".
  lost,        \* updates whose outcome nobody will learn, and which have not
               \* taken effect: they still may, or never do.  A bag, for it
               \* does not matter whose they were.
  due          \* {c} if the response to c comes next, else {}

vars == <<object, waiting, lost, due>>

-------------------------------------------------------------------------------
IsRead(op) == op.f = "read"

(* A read that waits sees the object's state s.                              *)
Seeing(w, s) == [w EXCEPT !.seen = @ \cup ({Told(w.op, s)} \cap w.op.among)]

(* What becomes of those who wait when update u takes effect: reads see the  *)
(* new state s, updates that u overwrites may have taken effect just before. *)
Noticed(w, u, s) ==
  CASE IsRead(w.op) -> Seeing(w, s)
    [] ~IsRead(w.op) ->
         IF w.done = "no" /\ Overwrites(u, w.op)
         THEN [w EXCEPT !.done = "unseen"]
         ELSE w

(* Update u is possible in state s, but not, or not with the same outcome, in *)
(* every state: so whoever wants u to happen may want s before.              *)
Needs(u, s) == Possible(u, s) /\ ~Overwrites(u, u)

(* A client that waits would tell state s from others.                       *)
Awaited(s) ==
  \E c \in DOMAIN waiting :
    IF IsRead(waiting[c].op)
    THEN Told(waiting[c].op, s) \in waiting[c].op.among \ waiting[c].seen
    ELSE waiting[c].done # "yes" /\ Needs(waiting[c].op, s)

(* The states to which lost updates lead from those in S, each needing the   *)
(* one before.                                                               *)
RECURSIVE Onward(_)
Onward(S) ==
  LET T == S \cup UNION {{After(u, s) : s \in {r \in S : Needs(u, r)}} :
                            u \in BagToSet(lost)}
  IN  IF T = S THEN S ELSE Onward(T)

(* Somebody may see state s, or what comes of it.                            *)
Wanted(s) == Awaited(s) \/ \E t \in Onward({s}) : Awaited(t)

(* The response that is due cannot be given yet.                             *)
Needed ==
  \E c \in due :
    IF IsRead(waiting[c].op) THEN waiting[c].seen # waiting[c].op.among
    ELSE waiting[c].done # "yes"

(* Whoever lets an update take effect before the one that is due has decided *)
(* that the latter did not take effect unseen.                               *)
Decided(c, w) ==
  IF c \in due /\ ~IsRead(w.op) THEN [w EXCEPT !.done = "no"] ELSE w

(* Clients that may ask: nobody does while a response is due.                *)
Idle == IF due = {} THEN Client \ DOMAIN waiting ELSE {}

-------------------------------------------------------------------------------
TypeOK ==
  /\ \A c \in DOMAIN waiting :
       /\ c \in Client
       /\ \/ /\ waiting[c].op \in Read
             /\ waiting[c].seen \subseteq waiting[c].op.among
          \/ /\ waiting[c].op \in Update
             /\ waiting[c].done \in {"no", "yes", "unseen"}
  /\ IsABag(lost)
  /\ BagToSet(lost) \subseteq Update
  /\ \E c \in Client : due \subseteq {c}
  /\ due \subseteq DOMAIN waiting

Init ==
  /\ object = Initial
  /\ waiting = <<>>
  /\ lost = EmptyBag
  /\ due = {}

(* A client asks.  A read may be told what is true already.                  *)
Invoke(c, op) ==
  /\ c \in Idle
  /\ LET w == IF IsRead(op) THEN Seeing([op |-> op, seen |-> {}], object)
              ELSE [op |-> op, done |-> "no"]
     IN  waiting' = [d \in DOMAIN waiting \cup {c} |->
                       IF d = c THEN w ELSE waiting[d]]
  /\ UNCHANGED <<object, lost, due>>

(* Nobody will ever learn the outcome of c's operation: its client crashed,  *)
(* or gave up, or the history ends before.  A read then says nothing.        *)
Lose(c) ==
  /\ due = {}
  /\ c \in DOMAIN waiting
  /\ waiting' = [d \in DOMAIN waiting \ {c} |-> waiting[d]]
  /\ lost' = IF IsRead(waiting[c].op) \/ waiting[c].done = "yes" THEN lost
             ELSE lost (+) SetToBag({waiting[c].op})
  /\ UNCHANGED <<object, due>>

(* The response to c comes next.                                             *)
Due(c) ==
  /\ due = {}
  /\ c \in DOMAIN waiting
  /\ due' = {c}
  /\ UNCHANGED <<object, waiting, lost>>

(* Hidden: c's update takes effect before the response that is due.  If it   *)
(* can be overwritten, then because somebody may see it; else it might be    *)
(* needed in its own right.                                                  *)
Linearize(c) ==
  /\ Needed
  /\ c \notin due
  /\ ~IsRead(waiting[c].op)
  /\ waiting[c].done # "yes"
  /\ LET u == waiting[c].op
         s == After(u, object)
     IN  /\ Possible(u, object)
         /\ Overwrites(u, u) => Wanted(s)
         /\ object' = s
         /\ waiting' = [d \in DOMAIN waiting |->
                          IF d = c THEN [op |-> u, done |-> "yes"]
                          ELSE Decided(d, Noticed(waiting[d], u, s))]
  /\ UNCHANGED <<lost, due>>

(* Hidden: a lost update takes effect after all.                             *)
Recover(u) ==
  /\ Needed
  /\ BagIn(u, lost)
  /\ Possible(u, object)
  /\ LET s == After(u, object)
     IN  /\ s # object
         /\ Wanted(s)
         /\ object' = s
         /\ waiting' = [d \in DOMAIN waiting |->
                          Decided(d, Noticed(waiting[d], u, s))]
  /\ lost' = lost (-) SetToBag({u})
  /\ UNCHANGED due

(* A read is told what it may have seen.                                     *)
Respond(c, answer) ==
  /\ due = {c}
  /\ IsRead(waiting[c].op)
  /\ answer \in waiting[c].seen
  /\ waiting' = [d \in DOMAIN waiting \ {c} |-> waiting[d]]
  /\ due' = {}
  /\ UNCHANGED <<object, lost>>

(* An update's client is told that it is done: it was, or it is so now.      *)
Confirm(c) ==
  /\ due = {c}
  /\ ~IsRead(waiting[c].op)
  /\ \/ /\ waiting[c].done # "no"
        /\ waiting' = [d \in DOMAIN waiting \ {c} |-> waiting[d]]
        /\ UNCHANGED object
     \/ /\ waiting[c].done # "yes"
        /\ Possible(waiting[c].op, object)
        /\ LET s == After(waiting[c].op, object)
           IN  /\ object' = s
               /\ waiting' = [d \in DOMAIN waiting \ {c} |->
                                Noticed(waiting[d], waiting[c].op, s)]
  /\ due' = {}
  /\ UNCHANGED lost

===============================================================================
