---------------------------- MODULE TwoPhaseCommit ----------------------------
(* Two-phase commit.  A transaction manager (TM) commits a transaction once  *)
(* every resource manager (RM) has voted yes, and aborts it otherwise.  It   *)
(* never ends a transaction in two ways, whatever is lost or crashes; what   *)
(* it pays is that an RM which has voted yes must wait for the TM.           *)
(*                                                                           *)
(* Source    Gray & Lamport, "Consensus on Transaction Commit", ACM TODS     *)
(*           31(1), 2006, section 3, for the roles and the names;            *)
(*           Bernstein, Hadzilacos & Goodman, "Concurrency Control and       *)
(*           Recovery in Database Systems", 1987, chapter 7, for the         *)
(*           requirements AC1 to AC5, logging and recovery;                  *)
(*           Gray, "Notes on Data Base Operating Systems", 1978.             *)
(* Refines   TCommit, reading each RM's state from its forced log.           *)
(* Modelled  Messages lost, delayed, reordered and duplicated (a partition   *)
(*           is their loss while it lasts); any process crashing, losing     *)
(*           what it had not forced to its log, and restarting.              *)
(* Left out  Logs that fail; heuristic decisions, where an operator decides  *)
(*           for an RM that waits; RMs asking each other (cooperative        *)
(*           termination); forgetting a transaction once it is               *)
(*           acknowledged; the work before the vote; several transactions.   *)
(* Python    refimpl/commit/two_phase_commit.py, one method per action.      *)
EXTENDS Naturals, Sequences, FiniteSets, Bags

CONSTANT
  RM            \* the resource managers that took part in the transaction

ASSUME
  IsFiniteSet(RM) /\ RM # {}

-------------------------------------------------------------------------------
(* What a process forces to its log survives a crash; all else is lost.      *)
(* The two are apart here because the protocol lives on the difference.      *)

VARIABLES
  tmState,      \* "init", "committed", "aborted": what the TM would answer;
                \* "crashed" answers nothing.  Volatile.
  tmPrepared,   \* the RMs whose yes vote the TM has received.  Volatile: a
                \* TM that forgets votes can still abort, which is safe.
  tmAcked,      \* the RMs that acknowledged the decision.  Volatile: a TM
                \* that forgets them asks again, which costs a message.
  tmLog         \* the TM's forced log: <<>> until it has decided.

VARIABLES
  rmState,      \* rmState[r]: "working", "prepared", "committed", "aborted",
                \* what r would answer; "crashed" answers nothing.  Volatile.
  rmLog         \* rmLog[r]: r's forced log.  All its records are kept, not
                \* only the last, so that a decision reversed would show.

VARIABLE
  net           \* the messages in flight.  A bag, since a network may hold
                \* two copies of a message and deliver them in any order;
                \* a set could neither lose one of two nor deliver both.

tmVars == <<tmState, tmPrepared, tmAcked, tmLog>>
rmVars == <<rmState, rmLog>>
vars   == <<tmVars, rmVars, net>>

-------------------------------------------------------------------------------
(* Each message names the one RM that receives or sends it; the other end    *)
(* is always the TM.  It carries no transaction, for there is only one.      *)

Prepare(r)  == [type |-> "Prepare",  rm |-> r]    \* TM to r: how do you vote?
Prepared(r) == [type |-> "Prepared", rm |-> r]    \* r to TM: yes
Refused(r)  == [type |-> "Refused",  rm |-> r]    \* r to TM: no
Commit(r)   == [type |-> "Commit",   rm |-> r]    \* TM to r: we commit
Abort(r)    == [type |-> "Abort",    rm |-> r]    \* TM to r: we abort
Ack(r)      == [type |-> "Ack",      rm |-> r]    \* r to TM: I have logged it

Message ==
  [type : {"Prepare", "Prepared", "Refused", "Commit", "Abort", "Ack"},
   rm   : RM]

Send(m) ==
  net' = net (+) SetToBag({m})

Receive(m) ==
  /\ BagIn(m, net)
  /\ net' = net (-) SetToBag({m})

(* Receive m and send an answer to it, in one step.                          *)
Reply(m, answer) ==
  /\ BagIn(m, net)
  /\ net' = (net (-) SetToBag({m})) (+) SetToBag({answer})

-------------------------------------------------------------------------------
(* An RM that votes yes has "prepared" in its log before its decision; one   *)
(* that never voted yes can only have aborted.                               *)
TypeOK ==
  /\ tmState \in {"init", "committed", "aborted", "crashed"}
  /\ tmPrepared \subseteq RM
  /\ tmAcked \subseteq RM
  /\ tmLog \in {<<>>, <<"committed">>, <<"aborted">>}
  /\ rmState \in
       [RM -> {"working", "prepared", "committed", "aborted", "crashed"}]
  /\ rmLog \in
       [RM -> {<<>>, <<"prepared">>, <<"aborted">>,
               <<"prepared", "committed">>, <<"prepared", "aborted">>}]
  /\ IsABag(net)
  /\ BagToSet(net) \subseteq Message

Init ==
  /\ tmState = "init"
  /\ tmPrepared = {}
  /\ tmAcked = {}
  /\ tmLog = <<>>
  /\ rmState = [r \in RM |-> "working"]
  /\ rmLog = [r \in RM |-> <<>>]
  /\ net = EmptyBag

-------------------------------------------------------------------------------
Decision == {"committed", "aborted"}

TMForced  == {tmLog[i] : i \in DOMAIN tmLog}
Forced(r) == {rmLog[r][i] : i \in DOMAIN rmLog[r]}

VotedYes(r) == "prepared" \in Forced(r)
Decided(r)  == Forced(r) \cap Decision # {}

(* All that was ever decided by anybody, as the logs have it.  The logs and  *)
(* not the states, because a crash takes a state away but not a decision.    *)
Decisions ==
  (TMForced \cup UNION {Forced(r) : r \in RM}) \cap Decision

(* What r's log says of r.  No record means that r has promised nothing.     *)
LoggedState(r) ==
  IF rmLog[r] = <<>> THEN "working" ELSE rmLog[r][Len(rmLog[r])]

(* r forces a record to its log.                                             *)
Force(r, record) ==
  rmLog' = [rmLog EXCEPT ![r] = Append(@, record)]

-------------------------------------------------------------------------------
(* The transaction manager.                                                  *)

(* The TM asks r for its vote.  It may ask again as often as it likes: that  *)
(* is its retransmission when a timer runs out, and it needs no clock to be  *)
(* safe, since an RM answers a repeated question as it did before.           *)
TMSendPrepare(r) ==
  /\ tmState = "init"
  /\ r \notin tmPrepared
  /\ Send(Prepare(r))
  /\ UNCHANGED <<tmVars, rmVars>>

(* The TM learns that r votes yes.  Votes form a set, so a second copy of    *)
(* one vote counts once.                                                     *)
TMRcvPrepared(r) ==
  /\ tmState = "init"
  /\ Receive(Prepared(r))
  /\ tmPrepared' = tmPrepared \cup {r}
  /\ UNCHANGED <<tmState, tmAcked, tmLog, rmVars>>

(* The TM learns that r votes no, and aborts.  One no suffices: r has        *)
(* aborted already, so nobody else may commit.                               *)
TMRcvRefused(r) ==
  /\ tmState = "init"
  /\ Receive(Refused(r))
  /\ tmState' = "aborted"
  /\ tmLog' = Append(tmLog, "aborted")
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars>>

(* The TM commits: this write to its log is the moment at which the whole    *)
(* transaction commits.  Safe because every RM is prepared, and a prepared   *)
(* RM has given up the right to abort on its own, so none can still go the   *)
(* other way.  Telling them is another action: the TM may crash in between,  *)
(* and must then find in its log what it decided.                            *)
TMCommit ==
  /\ tmState = "init"
  /\ tmPrepared = RM
  /\ tmState' = "committed"
  /\ tmLog' = Append(tmLog, "committed")
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars, net>>

(* The TM loses patience and aborts.  Safe at any moment before it decides,  *)
(* even with every vote in its hands: nobody can have been told to commit.   *)
(* When to do so is a matter of timers, so it may happen at any time here.   *)
TMAbort ==
  /\ tmState = "init"
  /\ tmState' = "aborted"
  /\ tmLog' = Append(tmLog, "aborted")
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars, net>>

(* The TM tells r what was decided, again and again until r acknowledges.    *)
(* Safe because the decision was forced before this can happen, so that no   *)
(* crash can make the TM change its mind after somebody has heard it.        *)
TMSendDecision(r) ==
  /\ tmState \in Decision
  /\ r \notin tmAcked
  /\ Send(IF tmState = "committed" THEN Commit(r) ELSE Abort(r))
  /\ UNCHANGED <<tmVars, rmVars>>

(* The TM learns that r has logged the decision and needs no reminder.       *)
(* When all have, a real TM writes an end record and forgets the             *)
(* transaction; here it merely falls silent.                                 *)
TMRcvAck(r) ==
  /\ tmState \in Decision
  /\ Receive(Ack(r))
  /\ tmAcked' = tmAcked \cup {r}
  /\ UNCHANGED <<tmState, tmPrepared, tmLog, rmVars>>

(* The TM crashes, at any moment, and loses all but its log.  What is in     *)
(* flight to it stays in flight: a message that finds it down and vanishes   *)
(* is a lost message.                                                        *)
TMCrash ==
  /\ tmState # "crashed"
  /\ tmState' = "crashed"
  /\ tmPrepared' = {}
  /\ tmAcked' = {}
  /\ UNCHANGED <<tmLog, rmVars, net>>

(* The TM comes back and does what its log says.  An empty log means that    *)
(* it had not decided, hence that nobody was told to commit, hence that it   *)
(* may abort.  (It might as well ask for the votes anew; aborting frees at   *)
(* once those who wait.)  It has forgotten who knows, so it tells everybody. *)
TMRestart ==
  /\ tmState = "crashed"
  /\ IF tmLog = <<>>
       THEN /\ tmState' = "aborted"
            /\ tmLog' = Append(tmLog, "aborted")
       ELSE /\ tmState' = tmLog[1]
            /\ UNCHANGED tmLog
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars, net>>

-------------------------------------------------------------------------------
(* The resource managers.                                                    *)

(* r votes yes.  By forcing "prepared" it promises to do whatever the TM     *)
(* decides, even after a crash; only then may it say so.                     *)
(*                                                                           *)
(* Forcing and sending are one step.  Between the two a crash could fall,    *)
(* but all that others would see of it is a vote that never arrived, and     *)
(* LoseMessage followed by RMCrash has the same effect.                      *)
RMPrepare(r) ==
  /\ rmState[r] = "working"
  /\ Reply(Prepare(r), Prepared(r))
  /\ Force(r, "prepared")
  /\ rmState' = [rmState EXCEPT ![r] = "prepared"]
  /\ UNCHANGED tmVars

(* r is asked again and repeats its yes, which its log already holds.  The   *)
(* first answer may have been lost.                                          *)
RMVoteAgain(r) ==
  /\ rmState[r] = "prepared"
  /\ Reply(Prepare(r), Prepared(r))
  /\ UNCHANGED <<tmVars, rmVars>>

(* r is asked, has aborted, and says so.  That is how a TM learns of an      *)
(* abort whose Refused was lost, or that a crash of r brought about.         *)
RMRefuse(r) ==
  /\ rmState[r] = "aborted"
  /\ Reply(Prepare(r), Refused(r))
  /\ UNCHANGED <<tmVars, rmVars>>

(* r aborts on its own: the work failed, or it waited too long to be asked.  *)
(* Safe only while r is working, because the TM cannot commit without r's    *)
(* vote.  An RM that is prepared has no such way out.                        *)
RMChooseToAbort(r) ==
  /\ rmState[r] = "working"
  /\ Send(Refused(r))
  /\ Force(r, "aborted")
  /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
  /\ UNCHANGED tmVars

(* r is told to commit, does so, and acknowledges.  Told again, it only      *)
(* acknowledges again: the first Ack may have been lost, and the TM will     *)
(* not stop asking before it has one.                                        *)
(*                                                                           *)
(* A Commit for an RM that works or has aborted is never in flight (AC3),    *)
(* so it does not matter what such an RM would do with one.                  *)
RMRcvCommitMsg(r) ==
  /\ rmState[r] \in {"prepared", "committed"}
  /\ Reply(Commit(r), Ack(r))
  /\ IF rmState[r] = "prepared" THEN Force(r, "committed")
                                ELSE UNCHANGED rmLog
  /\ rmState' = [rmState EXCEPT ![r] = "committed"]
  /\ UNCHANGED tmVars

(* r is told to abort, does so, and acknowledges.  It may not have voted     *)
(* yet (the TM lost patience, or another RM refused) and it may have         *)
(* aborted already (it refused, or this is a repetition).                    *)
RMRcvAbortMsg(r) ==
  /\ rmState[r] \in {"working", "prepared", "aborted"}
  /\ Reply(Abort(r), Ack(r))
  /\ IF rmState[r] = "aborted" THEN UNCHANGED rmLog
                               ELSE Force(r, "aborted")
  /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
  /\ UNCHANGED tmVars

(* r crashes, at any moment, and loses all but its log.                      *)
RMCrash(r) ==
  /\ rmState[r] # "crashed"
  /\ rmState' = [rmState EXCEPT ![r] = "crashed"]
  /\ UNCHANGED <<tmVars, rmLog, net>>

(* r comes back and is what its log says.  If that is nothing, then the      *)
(* work is gone and r never voted yes, so it may abort, and must: it has     *)
(* nothing left to commit.  It tells nobody; the TM will ask.                *)
RMRestart(r) ==
  /\ rmState[r] = "crashed"
  /\ IF rmLog[r] = <<>>
       THEN /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
            /\ Force(r, "aborted")
       ELSE /\ rmState' = [rmState EXCEPT ![r] = LoggedState(r)]
            /\ UNCHANGED rmLog
  /\ UNCHANGED <<tmVars, net>>

-------------------------------------------------------------------------------
(* The network.  Delay and reordering need no action: a message in a bag     *)
(* waits for as long as its receiver is slow.                                *)

(* A copy of m vanishes.  A message that its receiver ignores, because the   *)
(* guards of all actions above are false for it, counts as lost too: nobody  *)
(* could tell the difference.                                                *)
LoseMessage(m) ==
  /\ BagIn(m, net)
  /\ net' = net (-) SetToBag({m})
  /\ UNCHANGED <<tmVars, rmVars>>

(* A copy of m appears beside it.                                            *)
DuplicateMessage(m) ==
  /\ BagIn(m, net)
  /\ net' = net (+) SetToBag({m})
  /\ UNCHANGED <<tmVars, rmVars>>

-------------------------------------------------------------------------------
Next ==
  \/ \E r \in RM : TMSendPrepare(r)
  \/ \E r \in RM : TMRcvPrepared(r)
  \/ \E r \in RM : TMRcvRefused(r)
  \/ TMCommit
  \/ TMAbort
  \/ \E r \in RM : TMSendDecision(r)
  \/ \E r \in RM : TMRcvAck(r)
  \/ TMCrash
  \/ TMRestart
  \/ \E r \in RM : RMPrepare(r)
  \/ \E r \in RM : RMVoteAgain(r)
  \/ \E r \in RM : RMRefuse(r)
  \/ \E r \in RM : RMChooseToAbort(r)
  \/ \E r \in RM : RMRcvCommitMsg(r)
  \/ \E r \in RM : RMRcvAbortMsg(r)
  \/ \E r \in RM : RMCrash(r)
  \/ \E r \in RM : RMRestart(r)
  \/ \E m \in Message : LoseMessage(m)
  \/ \E m \in Message : DuplicateMessage(m)

-------------------------------------------------------------------------------
(* What a process that is up does sooner or later.  Weak fairness is enough  *)
(* if faults are finitely many: after the last of them a message sent stays  *)
(* in flight until it is received, and a step that a process could take      *)
(* stays possible until it takes it.  (A network that loses every copy for   *)
(* ever defeats any protocol.)                                               *)
(*                                                                           *)
(* TMAbort is absent: a TM may be patient.  RMChooseToAbort is present: an   *)
(* RM that nobody asks does not work for ever.                               *)
Progress ==
  /\ WF_vars(TMCommit)
  /\ \A r \in RM :
       /\ WF_vars(TMSendPrepare(r))
       /\ WF_vars(TMRcvPrepared(r))
       /\ WF_vars(TMRcvRefused(r))
       /\ WF_vars(TMSendDecision(r))
       /\ WF_vars(TMRcvAck(r))
       /\ WF_vars(RMPrepare(r))
       /\ WF_vars(RMVoteAgain(r))
       /\ WF_vars(RMRefuse(r))
       /\ WF_vars(RMChooseToAbort(r))
       /\ WF_vars(RMRcvCommitMsg(r))
       /\ WF_vars(RMRcvAbortMsg(r))

(* Eventual recovery, apart from progress because it is a promise that       *)
(* people make and not the protocol: somebody restarts what has crashed.     *)
RMsRecover == \A r \in RM : WF_vars(RMRestart(r))
TMRecovers == WF_vars(TMRestart)

Spec ==
  /\ Init
  /\ [][Next]_vars
  /\ Progress
  /\ RMsRecover
  /\ TMRecovers

(* The same, but the TM need not come back.  Every safety property holds as  *)
(* before; EveryoneDecides does not, and that is why two-phase commit is     *)
(* called a blocking protocol.                                               *)
SpecTMNeverReturns ==
  /\ Init
  /\ [][Next]_vars
  /\ Progress
  /\ RMsRecover

-------------------------------------------------------------------------------
(* AC1 to AC5 are the requirements of Bernstein, Hadzilacos & Goodman on     *)
(* atomic commitment, read from the logs.  AC4 speaks of runs without        *)
(* failures, so it stands in the model, where failures are counted.          *)

(* AC1.  All processes that decide, the TM among them, decide the same.      *)
AC1 ==
  \A d, e \in Decisions : d = e

(* AC2.  A process does not reverse its decision.                            *)
AC2 ==
  [][/\ TMForced # {} => TMForced' = TMForced
     /\ \A r \in RM : Decided(r) => Forced(r)' = Forced(r)]_vars

(* AC3.  Nobody commits unless every RM has voted yes.                       *)
AC3 ==
  "committed" \in Decisions => \A r \in RM : VotedYes(r)

(* AC5.  Everybody decides in the end, if what crashes comes back.           *)
EveryoneDecides ==
  <>(\A r \in RM : Decided(r))

(* And the TM learns it: it may then forget the transaction.                 *)
EveryoneAcknowledges ==
  <>[](tmAcked = RM)

-------------------------------------------------------------------------------
(* What the protocol does is transaction commit, when each RM is taken for   *)
(* what its log says.  Its volatile state would not do: "crashed" is no      *)
(* state of a transaction, and a crash changes nothing that was decided.     *)
TC == INSTANCE TCommit WITH rmState <- [r \in RM |-> LoggedState(r)]

RefinesTCommit == TC!TCSpec

THEOREM SpecTMNeverReturns => []TypeOK /\ []AC1 /\ AC2 /\ []AC3
THEOREM SpecTMNeverReturns => RefinesTCommit
====
