------------------------------- MODULE TCommit --------------------------------
(* Transaction commit: what a commit protocol is for, with no protocol in    *)
(* it.  Resource managers (RMs) end a transaction together: either all of    *)
(* them commit it, or all of them abort it.                                  *)
(*                                                                           *)
(* Source    Gray & Lamport, "Consensus on Transaction Commit", ACM TODS     *)
(*           31(1), 2006, section 2.                                         *)
(* Refined   TwoPhaseCommit refines it, and so should any other protocol     *)
(* by        that solves the problem.                                        *)
(* Left out  Everything that a single RM cannot see: who else is prepared    *)
(*           is looked up in one step, as no real RM could.  How RMs learn   *)
(*           it from each other is what a protocol has to add.               *)
(* Liveness  None.  A system in which nothing ever happens satisfies this    *)
(*           module; that something does happen is for the protocol to       *)
(*           promise, under assumptions that only it can name.               *)

CONSTANT
  RM         \* the resource managers that took part in the transaction

VARIABLE
  rmState    \* rmState[r]: how far r has come.  One variable suffices, since
             \* the problem has neither messages nor crashes.

-------------------------------------------------------------------------------
(* "working" may still go either way by its own choice.  "prepared" has      *)
(* promised to follow the others, so it alone can no longer choose.          *)
(* "committed" and "aborted" are final.                                      *)
TCTypeOK ==
  rmState \in [RM -> {"working", "prepared", "committed", "aborted"}]

TCInit ==
  rmState = [r \in RM |-> "working"]

-------------------------------------------------------------------------------
(* Nobody stands in the way of commit: each RM has promised, or knows that   *)
(* each has.                                                                 *)
CanCommit ==
  \A r \in RM : rmState[r] \in {"prepared", "committed"}

(* Nobody stands in the way of abort.                                        *)
NoneCommitted ==
  \A r \in RM : rmState[r] # "committed"

(* r has done its part of the work and gives its word.                       *)
Prepare(r) ==
  /\ rmState[r] = "working"
  /\ rmState' = [rmState EXCEPT ![r] = "prepared"]

(* r commits.  Safe because nobody who has promised can abort afterwards:    *)
(* DecideAbort needs that none has committed.                                *)
DecideCommit(r) ==
  /\ rmState[r] = "prepared"
  /\ CanCommit
  /\ rmState' = [rmState EXCEPT ![r] = "committed"]

(* r aborts.  Safe because nobody can commit afterwards: CanCommit needs     *)
(* that none has aborted.                                                    *)
DecideAbort(r) ==
  /\ rmState[r] \in {"working", "prepared"}
  /\ NoneCommitted
  /\ rmState' = [rmState EXCEPT ![r] = "aborted"]

Decide(r) ==
  \/ DecideCommit(r)
  \/ DecideAbort(r)

TCNext ==
  \/ \E r \in RM : Prepare(r)
  \/ \E r \in RM : Decide(r)

TCSpec ==
  TCInit /\ [][TCNext]_rmState

-------------------------------------------------------------------------------
(* No two RMs end differently.                                               *)
TCConsistent ==
  \A r, s \in RM : ~ (rmState[r] = "committed" /\ rmState[s] = "aborted")

THEOREM TCSpec => [](TCTypeOK /\ TCConsistent)
====
