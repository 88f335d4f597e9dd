--------------------------- MODULE MCTwoPhaseCommit ---------------------------
(* The models of TwoPhaseCommit: which faults befall it, what it must be     *)
(* able to reach, and the protocol done wrong.  A cfg file chooses from      *)
(* here, and protocol.toml says what TLC must answer to it.                  *)
EXTENDS TwoPhaseCommit

CONSTANTS
  Unlimited,         \* a model value: "any number of times, uncounted"
  MaxRMCrashes,      \* of all RMs together
  MaxRMsDown,        \* RMs that may be down at one time
  MaxTMCrashes,
  MaxLosses,
  MaxDuplications,
  MaxTimeouts        \* of the TM; TMAbort happens at most once anyway

VARIABLE
  faults             \* faults[kind]: how many there were, of limited kinds

mcvars == <<vars, faults>>

(* Safety needs no limit but the one on duplications: crashes, losses and    *)
(* timeouts leave finitely many states however often they happen, and fewer  *)
(* than if they were counted.  Liveness needs all of them limited, for an    *)
(* environment that never stops can keep any protocol from finishing.        *)
Max ==
  [rmCrash     |-> MaxRMCrashes,
   tmCrash     |-> MaxTMCrashes,
   loss        |-> MaxLosses,
   duplication |-> MaxDuplications,
   timeout     |-> MaxTimeouts]

-------------------------------------------------------------------------------
(* Two reductions, both of the network.  Neither is a CONSTRAINT, for under  *)
(* one TLC's answers about liveness are worth nothing.                       *)

(* One: a message that comes too late vanishes at once.  After the TM has    *)
(* decided or crashed it never counts another vote, nor does the question    *)
(* matter to an RM whose answer to it stands already.  Whether such a        *)
(* message lies in the network can change nothing but the number of states,  *)
(* so no other step is taken before it is gone.                              *)
Ignored(m) ==
  /\ tmState # "init"
  /\ \/ m.type \in {"Prepared", "Refused"}
     \/ m.type = "Prepare" /\ rmLog[m.rm] # <<>>

NoneIgnored ==
  \A m \in BagToSet(net) : ~ Ignored(m)

(* To see what the reduction hides: Ignored <- NeverIgnored.                 *)
NeverIgnored(m) == FALSE

(* Two: a retransmission is absorbed while the message, or the answer to     *)
(* it, is still under way.  It would be a duplicate by another name, and     *)
(* DuplicateMessage makes those.  A step that is absorbed changes nothing,   *)
(* so fairness does not ask for it.  Dropped are the runs in which timers    *)
(* run out too early more often than MaxDuplications allows.                 *)
AnswersTo(m) ==
  CASE m.type = "Prepare"             -> {Prepared(m.rm), Refused(m.rm)}
    [] m.type \in {"Commit", "Abort"} -> {Ack(m.rm)}
    [] OTHER                          -> {}

Absorbed(m, bag) ==
  \/ Ignored(m)
  \/ \E n \in {m} \cup AnswersTo(m) : BagIn(n, bag)

(* In each cfg: Send <- MCSend and Reply <- MCReply.                         *)
MCSend(m) ==
  IF Absorbed(m, net) THEN UNCHANGED net
                      ELSE net' = net (+) SetToBag({m})

MCReply(m, answer) ==
  LET rest == net (-) SetToBag({m})
  IN  /\ BagIn(m, net)
      /\ net' = IF Absorbed(answer, rest) THEN rest
                                          ELSE rest (+) SetToBag({answer})

-------------------------------------------------------------------------------
(* MCX is X, and either a fault within its limit or none.  Each has its own  *)
(* definition because TLC names a step after the innermost operator around   *)
(* the first conjunction it meets, on its way down from MCNext through       *)
(* disjunctions and through quantifiers over constant sets such as Message.  *)

NoFault ==
  /\ NoneIgnored
  /\ UNCHANGED faults

Fault(kind) ==
  /\ NoneIgnored
  /\ IF Max[kind] = Unlimited
       THEN UNCHANGED faults
       ELSE /\ faults[kind] < Max[kind]
            /\ faults' = [faults EXCEPT ![kind] = @ + 1]

MCTMSendPrepare(r)    == TMSendPrepare(r)    /\ NoFault
MCTMRcvPrepared(r)    == TMRcvPrepared(r)    /\ NoFault
MCTMRcvRefused(r)     == TMRcvRefused(r)     /\ NoFault
MCTMCommit            == TMCommit            /\ NoFault
MCTMAbort             == TMAbort             /\ Fault("timeout")
MCTMSendDecision(r)   == TMSendDecision(r)   /\ NoFault
MCTMRcvAck(r)         == TMRcvAck(r)         /\ NoFault
MCTMCrash             == TMCrash             /\ Fault("tmCrash")
MCTMRestart           == TMRestart           /\ NoFault
MCRMPrepare(r)        == RMPrepare(r)        /\ NoFault
MCRMVoteAgain(r)      == RMVoteAgain(r)      /\ NoFault
MCRMRefuse(r)         == RMRefuse(r)         /\ NoFault
MCRMChooseToAbort(r)  == RMChooseToAbort(r)  /\ NoFault
MCRMRcvCommitMsg(r)   == RMRcvCommitMsg(r)   /\ NoFault
MCRMRcvAbortMsg(r)    == RMRcvAbortMsg(r)    /\ NoFault
MCRMRestart(r)        == RMRestart(r)        /\ NoFault
MCLoseMessage(m)      == LoseMessage(m)      /\ Fault("loss")
MCDuplicateMessage(m) == DuplicateMessage(m) /\ Fault("duplication")

MCRMCrash(r) ==
  /\ Cardinality({s \in RM : rmState[s] = "crashed"}) < MaxRMsDown
  /\ RMCrash(r)
  /\ Fault("rmCrash")

(* Not a fault: the receivers throw away what comes too late, all of it in   *)
(* one step.  It stands for the loss of every such copy, one by one, in any  *)
(* order: whether a message is too late does not depend on the others.       *)
MCIgnoreMessages ==
  /\ ~ NoneIgnored
  /\ net' = [m \in {n \in BagToSet(net) : ~ Ignored(n)} |-> net[m]]
  /\ UNCHANGED <<tmVars, rmVars, faults>>

MCInit ==
  /\ Init
  /\ faults = [kind \in DOMAIN Max |-> 0]

MCNext ==
  \/ \E r \in RM : MCTMSendPrepare(r)
  \/ \E r \in RM : MCTMRcvPrepared(r)
  \/ \E r \in RM : MCTMRcvRefused(r)
  \/ MCTMCommit
  \/ MCTMAbort
  \/ \E r \in RM : MCTMSendDecision(r)
  \/ \E r \in RM : MCTMRcvAck(r)
  \/ MCTMCrash
  \/ MCTMRestart
  \/ \E r \in RM : MCRMPrepare(r)
  \/ \E r \in RM : MCRMVoteAgain(r)
  \/ \E r \in RM : MCRMRefuse(r)
  \/ \E r \in RM : MCRMChooseToAbort(r)
  \/ \E r \in RM : MCRMRcvCommitMsg(r)
  \/ \E r \in RM : MCRMRcvAbortMsg(r)
  \/ \E r \in RM : MCRMCrash(r)
  \/ \E r \in RM : MCRMRestart(r)
  \/ \E m \in Message : MCLoseMessage(m)
  \/ \E m \in Message : MCDuplicateMessage(m)
  \/ MCIgnoreMessages

(* For safety: what may happen, and no promise that anything does.           *)
MCSafetySpec ==
  MCInit /\ [][MCNext]_mcvars

MCSpec ==
  MCSafetySpec /\ Progress /\ RMsRecover /\ TMRecovers

MCSpecTMNeverReturns ==
  MCSafetySpec /\ Progress /\ RMsRecover

-------------------------------------------------------------------------------
(* AC4.  If nothing fails and every RM votes yes, all commit.  Both forms    *)
(* are for the model in which every limit is 0, where the TM's timers do     *)
(* not run out either.  Nothing is lost by that: the states that other       *)
(* models reach before their first fault are the states of that one.         *)

(* Nobody aborts without a cause: some RM has aborted before voting.         *)
AC4 ==
  "aborted" \in Decisions => \E r \in RM : rmLog[r] = <<"aborted">>

(* And the decision does come.                                               *)
UnanimityCommits ==
  (\A r \in RM : VotedYes(r)) ~> (\A r \in RM : "committed" \in Forced(r))

-------------------------------------------------------------------------------
(* Witnesses.  A model that cannot do what its claims are about proves       *)
(* nothing, so for each NotReachableX a cfg claims that TLC refutes it.      *)

ReachableCommit ==
  \A r \in RM : "committed" \in Forced(r)

ReachableAbort ==
  \A r \in RM : VotedYes(r) /\ "aborted" \in Forced(r)

(* r waits, and the TM is down: the situation that blocks.  Nothing that r   *)
(* could look at differs between the first and the second, so whatever r     *)
(* did on its own would be wrong in one of them.                             *)
InDoubt(r) ==
  /\ rmState[r] = "prepared"
  /\ tmState = "crashed"
  /\ \A m \in BagToSet(net) : m.rm # r

ReachableInDoubtOthersCommitted ==
  \E r \in RM : InDoubt(r) /\ \A s \in RM \ {r} : rmState[s] = "committed"

ReachableInDoubtOthersAborted ==
  \E r \in RM : InDoubt(r) /\ \A s \in RM \ {r} : rmState[s] = "aborted"

NotReachableCommit                 == ~ ReachableCommit
NotReachableAbort                  == ~ ReachableAbort
NotReachableInDoubtOthersCommitted == ~ ReachableInDoubtOthersCommitted
NotReachableInDoubtOthersAborted   == ~ ReachableInDoubtOthersAborted

(* The rest are about two moments, one after the other, which no single      *)
(* state can show: they are temporal, and refuted as properties.             *)

(* r is down with nothing but its promise, and commits afterwards.           *)
ReachableCommitAfterRMRecovery ==
  \E r \in RM :
    <>(/\ rmState[r] = "crashed"
       /\ rmLog[r] = <<"prepared">>
       /\ <>("committed" \in Forced(r)))

(* The TM is down, r has committed and no Commit for it is in flight, and    *)
(* afterwards there is one: the TM came back and told r again.               *)
ReachableResentCommit ==
  \E r \in RM :
    <>(/\ tmState = "crashed"
       /\ "committed" \in Forced(r)
       /\ ~ BagIn(Commit(r), net)
       /\ <>BagIn(Commit(r), net))

(* r has committed and been heard, yet there is another Commit for it, and   *)
(* afterwards another Ack from it.  (cfg: no fault but one duplication,      *)
(* which the second Commit has used up.)                                     *)
ReachableSecondAck ==
  \E r \in RM :
    <>(/\ r \in tmAcked
       /\ BagIn(Commit(r), net)
       /\ ~ BagIn(Ack(r), net)
       /\ <>BagIn(Ack(r), net))

(* All faults that liveness is claimed in spite of have happened before any  *)
(* RM decided, and afterwards all commit.  (cfg: no timeout of the TM, for   *)
(* after one nobody commits.)                                                *)
ReachableCommitDespiteFaults ==
  <>(/\ faults = Max
     /\ \A r \in RM : ~ Decided(r)
     /\ <>ReachableCommit)

NotReachableCommitAfterRMRecovery == ~ ReachableCommitAfterRMRecovery
NotReachableResentCommit          == ~ ReachableResentCommit
NotReachableSecondAck             == ~ ReachableSecondAck
NotReachableCommitDespiteFaults   == ~ ReachableCommitDespiteFaults

-------------------------------------------------------------------------------
(* Mutants: the protocol with one thing wrong, to see that the properties    *)
(* would notice.  In a cfg, TMCommit <- HastyTMCommit and so on.             *)

(* One vote is enough.                                                       *)
HastyTMCommit ==
  /\ tmState = "init"
  /\ tmPrepared # {}
  /\ tmState' = "committed"
  /\ tmLog' = Append(tmLog, "committed")
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars, net>>

(* The decision is announced, but never forced to the log.                   *)
TalkativeTMCommit ==
  /\ tmState = "init"
  /\ tmPrepared = RM
  /\ tmState' = "committed"
  /\ UNCHANGED <<tmPrepared, tmAcked, tmLog, rmVars, net>>

(* The TM aborts when it could commit: a protocol that always aborts keeps   *)
(* AC1, AC2 and AC3, and is of no use.                                       *)
TimidTMCommit ==
  /\ tmState = "init"
  /\ tmPrepared = RM
  /\ tmState' = "aborted"
  /\ tmLog' = Append(tmLog, "aborted")
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars, net>>

(* The timer of the TM is not stopped by its decision.                       *)
LateTMAbort ==
  /\ tmState \in {"init", "committed"}
  /\ tmState' = "aborted"
  /\ tmLog' = Append(tmLog, "aborted")
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars, net>>

(* Sent is taken for received: the decision is told once, and never again.   *)
ResignedTMSendDecision(r) ==
  /\ tmState \in Decision
  /\ r \notin tmAcked
  /\ Send(IF tmState = "committed" THEN Commit(r) ELSE Abort(r))
  /\ tmAcked' = tmAcked \cup {r}
  /\ UNCHANGED <<tmState, tmPrepared, tmLog, rmVars>>

(* The TM comes back without reading its log, and writes it anew.            *)
AmnesiacTMRestart ==
  /\ tmState = "crashed"
  /\ tmState' = "aborted"
  /\ tmLog' = <<"aborted">>
  /\ UNCHANGED <<tmPrepared, tmAcked, rmVars, net>>

(* The TM comes back, finds its decision, and takes for granted that it has  *)
(* told everybody.                                                           *)
ComplacentTMRestart ==
  /\ tmState = "crashed"
  /\ IF tmLog = <<>>
       THEN /\ tmState' = "aborted"
            /\ tmLog' = Append(tmLog, "aborted")
            /\ UNCHANGED tmAcked
       ELSE /\ tmState' = tmLog[1]
            /\ UNCHANGED tmLog
            /\ tmAcked' = RM
  /\ UNCHANGED <<tmPrepared, rmVars, net>>

(* The vote is sent, but never forced to the log.                            *)
ForgetfulRMPrepare(r) ==
  /\ rmState[r] = "working"
  /\ Reply(Prepare(r), Prepared(r))
  /\ rmState' = [rmState EXCEPT ![r] = "prepared"]
  /\ UNCHANGED <<tmVars, rmLog>>

(* "Participants can time out and abort", prepared or not.                   *)
ImpatientRMChooseToAbort(r) ==
  /\ rmState[r] \in {"working", "prepared"}
  /\ Send(Refused(r))
  /\ Force(r, "aborted")
  /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
  /\ UNCHANGED tmVars

(* Each Commit that arrives is logged, the first or not.                     *)
RepetitiveRMRcvCommitMsg(r) ==
  /\ rmState[r] \in {"prepared", "committed"}
  /\ Reply(Commit(r), Ack(r))
  /\ Force(r, "committed")
  /\ rmState' = [rmState EXCEPT ![r] = "committed"]
  /\ UNCHANGED tmVars

(* Only the first Commit that arrives is acknowledged.                       *)
SilentRMRcvCommitMsg(r) ==
  /\ rmState[r] = "prepared"
  /\ Reply(Commit(r), Ack(r))
  /\ Force(r, "committed")
  /\ rmState' = [rmState EXCEPT ![r] = "committed"]
  /\ UNCHANGED tmVars

(* r comes back and aborts without reading its log.                          *)
AmnesiacRMRestart(r) ==
  /\ rmState[r] = "crashed"
  /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
  /\ Force(r, "aborted")
  /\ UNCHANGED <<tmVars, net>>

(* r comes back and starts over unless it has decided: its promise to follow *)
(* the TM is forgotten.                                                      *)
NewbornRMRestart(r) ==
  /\ rmState[r] = "crashed"
  /\ IF Decided(r)
       THEN /\ rmState' = [rmState EXCEPT ![r] = LoggedState(r)]
            /\ UNCHANGED rmLog
       ELSE /\ rmState' = [rmState EXCEPT ![r] = "working"]
            /\ rmLog' = [rmLog EXCEPT ![r] = <<>>]
  /\ UNCHANGED <<tmVars, net>>
====
