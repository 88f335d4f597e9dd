-------------------------------- MODULE MCRaft --------------------------------
(* The models of Raft: which faults befall it, what it must be able to       *)
(* reach, and the protocol done wrong.  A cfg file chooses from here, and    *)
(* protocol.toml says what TLC must answer to it.                            *)
EXTENDS Raft, TLC

CONSTANTS
  Unlimited,         \* a model value: "any number of times, uncounted"
  Remembers,         \* TRUE: the network keeps what was sent (for safety);
                     \* FALSE: it is the bag of the spec (for liveness)
  Late,              \* the types of messages that reductions two and seven
                     \* spare: they may come as late as one likes
  MaxTerm,           \* no server stands for a later term
  MaxRequests,       \* of each client
  MaxLog,            \* a leader with so many entries is not asked
  Electable,         \* the servers whose election timers may run out
  Patient,           \* those whose timers do not while they hear a leader
  Rivals,            \* FALSE: a server stands only if no other is in a later
                     \* term, so that each term has one candidate
  MaxTimeouts,
  MaxCrashes,
  MaxLosses,
  MaxDuplications

VARIABLES
  faults,            \* faults[kind]: how many there were, of limited kinds
  due                \* the value of Due, below; a variable only so that TLC
                     \* need not find it out anew for each action

mcvars == <<vars, faults, due>>

Limits ==
  [timeout     |-> MaxTimeouts,
   crash       |-> MaxCrashes,
   loss        |-> MaxLosses,
   duplication |-> MaxDuplications]

(* Servers are alike unless a cfg treats them differently; clients are.      *)
Symmetry ==
  Permutations(Client) \cup
    {f \in Permutations(Server) :
       \A s \in Server : /\ f[s] \in Electable <=> s \in Electable
                         /\ f[s] \in Patient <=> s \in Patient}

-------------------------------------------------------------------------------
(* Reductions.  None is a CONSTRAINT, for under one TLC's answers about      *)
(* liveness are worth nothing.                                               *)
(*                                                                           *)
(* One, for safety: the network remembers.  What was sent can be delivered   *)
(* at any time, as often as one likes, or never.  It is the spec's network   *)
(* with DuplicateMessage before each delivery, and with what is never        *)
(* delivered lost; so it leaves out no state of the servers that any number  *)
(* of losses and duplications leads to.  It has fewer states than a bag, for *)
(* a message that was delivered need not be told from one that was not.      *)

Plus(bag, messages) ==
  IF Remembers THEN [m \in DOMAIN bag \cup messages |-> 1]
               ELSE bag (+) SetToBag(messages)

(* Some messages are taken at once (see Due), and then are gone.             *)
AtOnce(m) ==
  m.type \in {"ClientRequest", "AppendEntriesReply"} \ Late

Minus(bag, m) ==
  IF Remembers /\ ~ AtOnce(m)
    THEN bag
    ELSE bag (-) SetToBag({m})

(* Two: a message that can change nothing any more vanishes.  Terms never go *)
(* back, so an answer of an earlier term will be ignored for ever, and so    *)
(* will one to a server that no longer is what it was when it asked.  A      *)
(* question of an earlier term is only good for telling its sender of the    *)
(* later one, which is no news to a sender that is in it.                    *)
(* This takes for granted the guards that ignore such messages.  So there    *)
(* are models in which those of some types are Late: they stay, and whoever  *)
(* did not ignore them would be found out.                                   *)

TracksLeaders == PreVote \/ Patient # {}

(* Entries that would change nothing if they came, and whose answer would    *)
(* say nothing new: a heartbeat whose only use is to reset a timer.          *)
Done(m) ==
  /\ m.term = currentTerm[m.to]
  /\ role[m.to] = "follower"
  /\ TracksLeaders => leader[m.to] = m.sender
  /\ Has(m.to, m.prev)
  /\ Merge(log[m.to], m.prev.index, m.entries) = log[m.to]
  /\ commitIndex[m.to] >= Min(m.commit, m.prev.index + Len(m.entries))
  /\ \/ currentTerm[m.sender] > m.term
     \/ matchIndex[m.sender][m.to] >= m.prev.index + Len(m.entries)

NoNews(m) ==
  m.term < currentTerm[m.to] /\ currentTerm[m.sender] >= currentTerm[m.to]

CanChangeNothing(m) ==
  CASE m.type = "RequestPreVote" ->
         NoNews(m)
    [] m.type = "RequestPreVoteReply" ->
         \/ m.term < currentTerm[m.to]
         \/ m.term = currentTerm[m.to] /\ ~ m.granted
    [] m.type = "RequestVote" ->
         \/ NoNews(m)
         \/ /\ m.term = currentTerm[m.to]
            /\ votedFor[m.to] # Nil
            /\ Remembers \/ votedFor[m.to] # m.sender
    [] m.type = "RequestVoteReply" ->
         \/ m.term < currentTerm[m.to]
         \/ /\ m.term = currentTerm[m.to]
            /\ ~ m.granted \/ role[m.to] # "candidate"
    [] m.type = "AppendEntries" ->
         NoNews(m) \/ Done(m)
    [] m.type = "AppendEntriesReply" ->
         \/ m.term < currentTerm[m.to]
         \/ /\ m.term = currentTerm[m.to]
            /\ \/ role[m.to] # "leader"
               \/ m.index <= matchIndex[m.to][m.sender]
               \/ ~ m.success /\ m.index # nextIndex[m.to][m.sender] - 1
    [] m.type = "ClientRequest" ->
         m.seq # seq[m.sender] \/ role[m.to] # "leader"
    [] m.type = "ClientReply" ->
         m.seq # seq[m.to]

Useless(m) ==
  m.type \notin Late /\ CanChangeNothing(m)

(* Three: what some cfg has the network lose whenever it is sent; and, in    *)
(* the models for liveness, what is sent to a server that is down.           *)
Lost(m) == FALSE

FindsItDown(m) ==
  ~ Remembers /\ m.to \in Server /\ role[m.to] = "down"

Kept(bag) ==
  [m \in {n \in DOMAIN bag :
            ~ Lost(n) /\ ~ Useless(n)' /\ ~ FindsItDown(n)'} |-> bag[m]]

(* Four, for liveness: a repetition is absorbed while what it repeats, or    *)
(* the answer to it, is still under way; for a client's request that is      *)
(* until the leader that took it has applied it.  (A later leader may have   *)
(* to take it again, since it does not commit an older entry by itself.)  It *)
(* would be a duplicate by another name, and DuplicateMessage makes those.   *)
Absorbed(m) ==
  /\ ~ Remembers
  /\ \/ BagIn(m, net)
     \/ /\ m.type = "AppendEntries"
        /\ \E n \in InFlight :
             /\ n.type = "AppendEntriesReply"
             /\ n.sender = m.to /\ n.to = m.sender /\ n.term > m.term
     \/ /\ m.type = "ClientRequest"
        /\ \/ \E i \in lastApplied[m.to] + 1 .. Len(log[m.to]) :
                log[m.to][i] = Entry(currentTerm[m.to], m.sender, m.seq)
           \/ \E n \in InFlight :
                n.type = "ClientReply" /\ n.to = m.sender /\ n.seq = m.seq

(* In each cfg: Send <- MCSend, Consume <- MCConsume, Respond <- MCRespond.  *)
(* They are the last conjuncts of their actions, so that the state after the *)
(* step, which decides what is useless, is known.                            *)
MCSend(messages) ==
  net' = Kept(Plus(net, {m \in messages : ~ Absorbed(m)}))

MCConsume(m) ==
  net' = Kept(Minus(net, m))

MCRespond(m, reply) ==
  net' = Kept(Plus(Minus(net, m), {reply}))

(* Five: who leads is noted only if somebody asks.  Hears <- MCHears.        *)
MCHears(s, l) ==
  leader' = IF TracksLeaders THEN [leader EXCEPT ![s] = l] ELSE leader

(* Six: clients ask so much and no more, and for safety only who can do      *)
(* something about it: what others would do is to ignore it.                 *)
(* Request <- MCLimitedRequest.                                              *)
MCLimitedRequest(c, s) ==
  /\ seq[c] <= MaxRequests
  /\ Remembers => IF "ClientRequest" \in Late THEN s \in Electable
                                             ELSE role[s] = "leader"
  /\ Len(log[s]) < MaxLog
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Send({ClientRequest(c, s, seq[c])})

-------------------------------------------------------------------------------
(* Seven: some steps are taken at once, before any other.                    *)
(*                                                                           *)
(* What a server does when it notices that it can (Proceed) is one.  To put  *)
(* it off has the same effect as to put off the message that enabled it: in  *)
(* between nobody looks at votes or matchIndex, and a leader's message that  *)
(* starts later because it knew of an agreement already does to its receiver *)
(* what the longer one does.  A crash in between is one before that message. *)
(*                                                                           *)
(* A leader's messages are another.  It sends what it can, for what is sent  *)
(* may as well not arrive, or late; and it takes the answers, for to know    *)
(* more, earlier, only lets it commit more and guess better, and what it     *)
(* would have sent in ignorance it has sent before.  (An answer is therefore *)
(* never lost, as if the entries had been, which are sent again then.)  That *)
(* takes RcvAccepted and RcvRefused for granted, so there are models with    *)
(* Late answers, which are late, lost, repeated and reordered.               *)
(*                                                                           *)
(* For safety, with a network that remembers, a leader takes a request at    *)
(* once, since the client might ask later instead (unless requests are       *)
(* Late, for it does not ask again for what was answered); and who crashed   *)
(* comes back, since to be down and to be slow look alike.                   *)

Elects(s) ==
  /\ role[s] \in {"precandidate", "candidate"}
  /\ votes[s] \in Quorum

CanSend(s, r) ==
  LET m == AppendEntries(s, r)
  IN  /\ nextIndex[s][r] > 0     \* TypeOK says so, but a mutant may differ
      /\ m \notin DOMAIN net
      /\ ~ Absorbed(m)
      /\ ~ Lost(m)
      /\ ~ Useless(m)
      /\ ~ FindsItDown(m)

Due ==
  \/ \E s \in Server :
       \/ Elects(s)
       \/ lastApplied[s] < commitIndex[s]
       \/ /\ role[s] = "leader"
          /\ \/ Committable(s) # {}
             \/ \E r \in Peers(s) : CanSend(s, r)
       \/ Remembers /\ role[s] = "down"
  \/ \E m \in DOMAIN net :
       /\ AtOnce(m)
       /\ \/ m.type = "AppendEntriesReply" /\ m.term = currentTerm[m.to]
          \/ m.type = "ClientRequest" /\ Remembers

-------------------------------------------------------------------------------
(* MCX is X, and either a fault within its limit or none; it waits for what  *)
(* is due, or (Soon) is due itself.  Each has its own definition because TLC *)
(* names a step after the innermost operator around the first conjunction it *)
(* meets, on its way down from MCNext through disjunctions and through       *)
(* quantifiers over constant sets.                                           *)

Free == ~ due
Soon == due
Prompt(type) == IF type \in Late THEN Free ELSE Soon

NoFault ==
  /\ UNCHANGED faults
  /\ due' = Due'

Fault(kind) ==
  /\ IF Limits[kind] = Unlimited
       THEN UNCHANGED faults
       ELSE /\ faults[kind] < Limits[kind]
            /\ faults' = [faults EXCEPT ![kind] = @ + 1]
  /\ due' = Due'

(* When the timer of s may run out.                                          *)
TimerMayRunOut(s) ==
  /\ s \in Electable
  /\ s \in Patient => leader[s] = Nil
  /\ currentTerm[s] < MaxTerm
  /\ ~ Rivals => \A r \in Server : currentTerm[r] <= currentTerm[s]

(* When it does so in good time: nobody leads, no election is under way, and *)
(* s can win one or, with pre-votes, still takes a leader that is no more    *)
(* for its own.  A timeout in good time is no fault.  That all are, but for  *)
(* a number of them, is what liveness assumes; in a real system it is        *)
(* broadcasts being much faster than timers, and these being random (section *)
(* 5.6).                                                                     *)
WouldVote(r, s) ==
  /\ role[r] # "down"
  /\ UpToDate(Last(s), Last(r))
  /\ PreVote => r = s \/ leader[r] = Nil

InGoodTime(s) ==
  /\ ~ Remembers
  /\ \A r \in Server : role[r] # "leader"
  /\ \A m \in InFlight :
       m.type \in {"RequestPreVote", "RequestPreVoteReply",
                  "RequestVote", "RequestVoteReply"} =>
         Useless(m) \/ FindsItDown(m)
  /\ \/ {r \in Server : WouldVote(r, s)} \in Quorum
     \/ PreVote /\ leader[s] # Nil

Ran(s) == IF InGoodTime(s) THEN NoFault ELSE Fault("timeout")

MCTimeout(s) ==
  Free /\ TimerMayRunOut(s) /\ Timeout(s) /\ Ran(s)

MCAskForPreVotes(s) ==
  Free /\ TimerMayRunOut(s) /\ AskForPreVotes(s) /\ Ran(s)

MCGrantPreVote     == Free /\ \E m \in InFlight : GrantPreVote(m) /\ NoFault
MCRefusePreVote    == Free /\ \E m \in InFlight : RefusePreVote(m) /\ NoFault
MCRcvPreVote       == Free /\ \E m \in InFlight : RcvPreVote(m) /\ NoFault
MCWinPreVote(s)    == Soon /\ WinPreVote(s) /\ NoFault
MCGrantVote        == Free /\ \E m \in InFlight : GrantVote(m) /\ NoFault
MCRefuseVote       == Free /\ \E m \in InFlight : RefuseVote(m) /\ NoFault
MCRcvVote          == Free /\ \E m \in InFlight : RcvVote(m) /\ NoFault
MCBecomeLeader(s)  == Soon /\ BecomeLeader(s) /\ NoFault
MCStepDown         == Free /\ \E m \in InFlight : StepDown(m) /\ NoFault
MCAcceptEntries    == Free /\ \E m \in InFlight : AcceptEntries(m) /\ NoFault
MCRefuseEntries    == Free /\ \E m \in InFlight : RefuseEntries(m) /\ NoFault
MCRefuseOldEntries ==
  Free /\ \E m \in InFlight : RefuseOldEntries(m) /\ NoFault
MCRcvAccepted ==
  /\ Prompt("AppendEntriesReply")
  /\ \E m \in InFlight : RcvAccepted(m) /\ NoFault
MCRcvRefused ==
  /\ Prompt("AppendEntriesReply")
  /\ \E m \in InFlight : RcvRefused(m) /\ NoFault
MCAdvanceCommitIndex(s) == Soon /\ AdvanceCommitIndex(s) /\ NoFault
MCApply(s)         == Soon /\ Apply(s) /\ NoFault
MCCrash(s)         == Free /\ Crash(s) /\ Fault("crash")
MCRestart(s)       == Remembers /\ Soon /\ Restart(s) /\ NoFault
MCRequest(c, s)    == Free /\ Request(c, s) /\ NoFault
MCRcvReply         == Free /\ \E m \in InFlight : RcvReply(m) /\ NoFault

MCSendEntries(s, r) ==
  /\ Soon
  /\ CanSend(s, r)
  /\ SendEntries(s, r)
  /\ NoFault

MCAppendRequest ==
  /\ Remembers => Prompt("ClientRequest")
  /\ \E m \in InFlight :
       /\ AppendRequest(m)
       /\ m.type \in Late => Len(log[m.to]) < MaxLog
       /\ NoFault

MCLoseMessage ==
  /\ ~ Remembers
  /\ Free
  /\ \E m \in InFlight : LoseMessage(m) /\ Fault("loss")

MCDuplicateMessage ==
  /\ ~ Remembers
  /\ Free
  /\ \E m \in InFlight : DuplicateMessage(m) /\ Fault("duplication")

MCInit ==
  /\ Init
  /\ faults = [kind \in DOMAIN Limits |-> 0]
  /\ due = FALSE

(* What processes do, and what befalls them.                                 *)
MCWork ==
  \/ MCGrantPreVote
  \/ MCRefusePreVote
  \/ MCRcvPreVote
  \/ \E s \in Server : MCWinPreVote(s)
  \/ MCGrantVote
  \/ MCRefuseVote
  \/ MCRcvVote
  \/ \E s \in Server : MCBecomeLeader(s)
  \/ MCStepDown
  \/ MCAppendRequest
  \/ \E s \in Server : \E r \in Peers(s) : MCSendEntries(s, r)
  \/ MCAcceptEntries
  \/ MCRefuseEntries
  \/ MCRefuseOldEntries
  \/ MCRcvAccepted
  \/ MCRcvRefused
  \/ \E s \in Server : MCAdvanceCommitIndex(s)
  \/ \E s \in Server : MCApply(s)
  \/ MCRcvReply

(* What clients do, who need not want anything.                              *)
MCAsk ==
  \E c \in Client, s \in Server : MCRequest(c, s)

MCNext ==
  \/ MCWork
  \/ MCAsk
  \/ \E s \in Server : MCTimeout(s)
  \/ \E s \in Server : MCAskForPreVotes(s)
  \/ \E s \in Server : MCCrash(s)
  \/ \E s \in Server : MCRestart(s)
  \/ MCLoseMessage
  \/ MCDuplicateMessage

(* For safety: what may happen, and no promise that anything does.           *)
MCSafetySpec ==
  MCInit /\ [][MCNext]_mcvars

(* A timer runs out in good time.                                            *)
GoodTimeout(s) ==
  InGoodTime(s) /\ (MCTimeout(s) \/ MCAskForPreVotes(s))

(* For liveness.  An abstraction of the spec's fairness: as long as somebody *)
(* can do something, something is done, be it by a process or by a timer     *)
(* that runs out in good time.  Other timeouts are faults.  Who crashed      *)
(* stays down.                                                               *)
SomethingIsDone ==
  WF_mcvars(MCWork \/ \E s \in Server : GoodTimeout(s))

(* That is enough for LeadersEmerge, but not for AllAnswered, since no       *)
(* client need ask.                                                          *)
MCSpecUnasked ==
  /\ MCSafetySpec
  /\ SomethingIsDone

(* For both: as long as some client can ask somebody for something new, one  *)
(* does; each for MaxRequests things, again and again until it is answered.  *)
SomethingIsAsked ==
  WF_mcvars(MCAsk)

MCSpec ==
  /\ MCSpecUnasked
  /\ SomethingIsAsked

(* They ask for no more than this does, which MCRaftFairness claims: what    *)
(* the spec promises process by process and link by link, clients that ask,  *)
(* and in the place of Timers, that each runs out in good time.              *)
MCFairSpec ==
  /\ MCSafetySpec
  /\ Progress
  /\ Clients(MaxRequests)
  /\ \A s \in Server : WF_mcvars(GoodTimeout(s))

(* None of these can be spared: without clients nothing is asked, and if     *)
(* only they and timers do something, messages are left lying.               *)
MCFairUnasked ==
  /\ MCSafetySpec
  /\ Progress
  /\ \A s \in Server : WF_mcvars(GoodTimeout(s))

MCFairIdle ==
  /\ MCSafetySpec
  /\ Clients(MaxRequests)
  /\ \A s \in Server : WF_mcvars(GoodTimeout(s))

-------------------------------------------------------------------------------
(* Properties of models.                                                     *)

(* The requests that clients make here are answered.                         *)
AllAnswered == Answered(MaxRequests)

(* Pre-votes (dissertation, section 9.6).  s leads, and a majority of        *)
(* patient servers hears it: their timers will not run out while they do.    *)
(* Nobody is ahead of its term, and no promise of a vote is left over from   *)
(* before they heard it, in flight or counted.                               *)
Settled(s) ==
  /\ role[s] = "leader"
  /\ {r \in Patient : leader[r] = s /\ currentTerm[r] = currentTerm[s]}
       \in Quorum
  /\ \A r \in Server : currentTerm[r] <= currentTerm[s]
  /\ \A r \in Server : role[r] = "precandidate" => votes[r] = {r}
  /\ \A m \in InFlight :
       ~ (m.type = "RequestPreVoteReply" /\ m.granted
            /\ m.term = currentTerm[s])

(* Then it leads for ever, whenever the timer of a server runs out that      *)
(* comes back from beyond a partition.  (In the models of this nobody asks   *)
(* for anything, so all logs are empty, and nobody crashes: a leader that    *)
(* does leads no longer.)                                                    *)
LeaderStays ==
  \A s \in Server : [](Settled(s) => [](role[s] = "leader"))

(* Two statements that one can read and that are false.  "Logs never         *)
(* differ", which is Log Matching without its premise,                       *)
LogsNeverDiffer ==
  \A s, r \in Server : \A i \in DOMAIN log[s] \cap DOMAIN log[r] :
    log[s][i] = log[r][i]

(* and "what a majority has is committed": in figure 8 it need not be, and   *)
(* whoever counts on it is the mutant CommitsByCounting.                     *)
OnMajority(i, e) ==
  {s \in Server : i <= Len(log[s]) /\ log[s][i] = e} \in Quorum

-------------------------------------------------------------------------------
(* Witnesses.  A model that cannot do what its claims are about proves       *)
(* nothing, so for each NotReachableX a cfg claims that TLC refutes it.      *)

(* A command is executed everywhere and its client knows.                    *)
ReachableAnswer ==
  /\ \A c \in Client : seq[c] > 1
  /\ \A s \in Server : applied[s] # <<>>

(* s committed something in an earlier term that it led, has crashed since,  *)
(* as it does not know that any more, and leads again.                       *)
ReachableLeaderAfterCrash ==
  \E s \in Server :
    /\ role[s] = "leader"
    /\ commitIndex[s] = 0
    /\ \E x \in elected :
         /\ x.server = s /\ x.term < currentTerm[s]
         /\ \E y \in committed : y.term = x.term

(* An entry becomes committed in a later term than its own, beneath one of   *)
(* that term.                                                                *)
ReachableOldEntryCommitted ==
  \E x \in committed :
    /\ x.entry.term < x.term
    /\ \A y \in committed : y.index = x.index => y.term = x.term

(* Figure 8 (e): an old entry is committed beneath one of the leader's term, *)
(* and a server with an entry of a term in between stands in a later term.   *)
ReachableFigure8E ==
  \E x \in committed, s \in Server :
    /\ x.entry.term < x.term
    /\ role[s] = "candidate"
    /\ currentTerm[s] > x.term
    /\ x.index <= Len(log[s])
    /\ log[s][x.index].term \in x.entry.term + 1 .. x.term - 1

(* An entry is twice in the log; it was applied twice, and executed once.    *)
ReachableDuplicateIgnored ==
  \E s \in Server : lastApplied[s] > Len(applied[s])

(* A majority has an entry, and the leader of the latest term has another    *)
(* instead, which will overwrite it: figure 8 (c) to (d).                    *)
ReachableMajorityOverwritten ==
  \E s, r \in Server : \E i \in DOMAIN log[s] \cap DOMAIN log[r] :
    /\ role[s] = "leader"
    /\ \A q \in Server : currentTerm[q] <= currentTerm[s]
    /\ OnMajority(i, log[r][i])
    /\ log[r][i] # log[s][i]

ReachableSettled ==
  \E s \in Server : Settled(s)

NotReachableAnswer              == ~ ReachableAnswer
NotReachableLeaderAfterCrash    == ~ ReachableLeaderAfterCrash
NotReachableOldEntryCommitted   == ~ ReachableOldEntryCommitted
NotReachableFigure8E            == ~ ReachableFigure8E
NotReachableDuplicateIgnored    == ~ ReachableDuplicateIgnored
NotReachableMajorityOverwritten == ~ ReachableMajorityOverwritten
NotReachableSettled             == ~ ReachableSettled

(* A log loses an entry.  It takes a step to see that.                       *)
NotReachableTruncation ==
  [][\A s \in Server :
       /\ Len(log'[s]) >= Len(log[s])
       /\ SubSeq(log'[s], 1, Len(log[s])) = log[s]]_mcvars

(* All faults that liveness is claimed in spite of have happened, none of    *)
(* them after the last answer, and all is answered.                          *)
ReachableAnswerDespiteFaults ==
  <>(/\ faults = Limits
     /\ \A c \in Client : seq[c] = 1
     /\ <>(\A c \in Client : seq[c] > MaxRequests))

NotReachableAnswerDespiteFaults == ~ ReachableAnswerDespiteFaults

(* The same, and two leaders were elected: the second answers.               *)
ReachableAnswerBySecond ==
  <>(/\ Cardinality(elected) = 2
     /\ \A c \in Client : seq[c] = 1
     /\ <>(\A c \in Client : seq[c] > MaxRequests))

NotReachableAnswerBySecond == ~ ReachableAnswerBySecond

-------------------------------------------------------------------------------
(* Mutants: the protocol with one thing wrong, to see that the properties    *)
(* would notice.  In a cfg, Committable <- CountingCommittable and so on.    *)

(* An entry on a majority is committed, of whatever term it is (figure 8).   *)
CountingCommittable(s) ==
  {i \in commitIndex[s] + 1 .. Len(log[s]) : Holders(s, i) \in Quorum}

(* For figure 8: the leaders of other terms than the third reach nobody.     *)
LostInFigure8(m) ==
  m.type = "AppendEntries" /\ m.term # 3

(* The same, and nobody is told that it does not get a vote.                 *)
LostInFigure8E(m) ==
  \/ LostInFigure8(m)
  \/ m.type = "RequestVoteReply" /\ ~ m.granted

(* Of elections only: leaders reach nobody.                                  *)
LostInElections(m) ==
  m.type = "AppendEntries"

(* Of elections rivals hear nothing, and of leaders nobody else.             *)
LostAmongRivals(m) ==
  \/ m.type = "RequestVote" /\ m.to \in Electable
  \/ m.type = "AppendEntries" /\ m.to \notin Electable

(* Of promises of votes: only promises arrive, and leaders reach only        *)
(* patient servers.                                                          *)
LostBeyondPartition(m) ==
  \/ m.type = "RequestPreVoteReply" /\ ~ m.granted
  \/ m.type = "AppendEntries" /\ m.to \notin Patient

(* Of two logs: leaders reach nobody but each other.                         *)
LostButToRivals(m) ==
  m.type = "AppendEntries" /\ m.to \notin Electable

(* Of two leaders in turn: in odd terms one reaches only a server that does  *)
(* not stand for election, in even terms the other reaches only the first.   *)
Third == CHOOSE s \in Server \ Electable : TRUE

LostInTurn(m) ==
  \/ m.type = "AppendEntries" /\ m.term % 2 = 1 /\ m.to # Third
  \/ m.type = "AppendEntries" /\ m.term % 2 = 0 /\ m.to \notin Electable
  \/ m.type = "RequestVote" /\ m.term % 2 = 0 /\ m.to \in Electable
  \/ m.type = "RequestVoteReply" /\ ~ m.granted

(* The vote was not forced: who comes back may vote again in the same term.  *)
ForgetfulRestart(s) ==
  /\ role[s] = "down"
  /\ role' = [role EXCEPT ![s] = "follower"]
  /\ votedFor' = [votedFor EXCEPT ![s] = Nil]
  /\ UNCHANGED <<currentTerm, log, leader, votes, leaderVars, machineVars,
                 seq, net, historyVars>>

(* Any log is good enough to lead.                                           *)
AlwaysUpToDate(p, q) == TRUE

(* A log is good enough if it is long enough, whatever it has at p.          *)
ReachesUpTo(s, p) == p.index <= Len(log[s])

(* Whatever follows the entries sent goes, conflict or not.                  *)
TruncatingMerge(l, i, entries) ==
  SubSeq(l, 1, i) \o entries

(* What is sent is new.                                                      *)
AppendingMerge(l, i, entries) ==
  l \o entries

(* A leader enters a later term as if it led that one as well.  (One that    *)
(* ignores later terms altogether does no harm: it stays in a term in which  *)
(* a majority takes nothing from it any more.)                               *)
StubbornBecomeFollower(s, l) ==
  IF role[s] = "leader"
    THEN UNCHANGED <<electionVars, leaderVars>>
    ELSE /\ role' = [role EXCEPT ![s] = "follower"]
         /\ Hears(s, l)
         /\ votes' = [votes EXCEPT ![s] = {}]
         /\ UNCHANGED leaderVars

(* A leader writes over what it has not committed.                           *)
OverwritingAppendRequest(m) ==
  /\ Delivers(net, "ClientRequest", m)
  /\ role[m.to] = "leader"
  /\ log' = [log EXCEPT ![m.to] =
               Append(SubSeq(@, 1, commitIndex[m.to]),
                      Entry(currentTerm[m.to], m.sender, m.seq))]
  /\ UNCHANGED <<currentTerm, votedFor, electionVars, leaderVars,
                 machineVars, seq, historyVars>>
  /\ Consume(m)

(* A leader answers what it has in its log, before anybody else has it.      *)
HastyAppendRequest(m) ==
  /\ Delivers(net, "ClientRequest", m)
  /\ role[m.to] = "leader"
  /\ log' = [log EXCEPT ![m.to] =
               Append(@, Entry(currentTerm[m.to], m.sender, m.seq))]
  /\ UNCHANGED <<currentTerm, votedFor, electionVars, leaderVars,
                 machineVars, seq, historyVars>>
  /\ Respond(m, ClientReply(m.to, m.sender, m.seq))

(* A follower applies what it receives.                                      *)
EagerAcceptEntries(m) ==
  /\ Delivers(net, "AppendEntries", m)
  /\ m.term >= currentTerm[m.to]
  /\ Has(m.to, m.prev)
  /\ BecomeFollower(m.to, m.sender)
  /\ EnterTerm(m.to, m.term, Nil)
  /\ log' = [log EXCEPT ![m.to] = Merge(@, m.prev.index, m.entries)]
  /\ commitIndex' = [commitIndex EXCEPT ![m.to] =
                       Max(@, m.prev.index + Len(m.entries))]
  /\ UNCHANGED <<lastApplied, applied, seq, historyVars>>
  /\ Respond(m, AppendEntriesReply(m.to, m.sender, m.term, TRUE,
                                   m.prev.index + Len(m.entries)))

(* What agrees is what is sent next: one off.                                *)
RepeatingRcvAccepted(m) ==
  /\ Delivers(net, "AppendEntriesReply", m)
  /\ role[m.to] = "leader"
  /\ m.term = currentTerm[m.to]
  /\ m.success
  /\ matchIndex' = [matchIndex EXCEPT ![m.to][m.sender] = Max(@, m.index)]
  /\ nextIndex' = [nextIndex EXCEPT ![m.to][m.sender] = Max(@, m.index)]
  /\ UNCHANGED <<persistentVars, electionVars, machineVars, seq, historyVars>>
  /\ Consume(m)

(* There are no sessions: each entry is a command of its own.                *)
AlwaysNew(s, e) == TRUE

(* A server would vote for whoever asks, even if it hears a leader.          *)
DisloyalGrantPreVote(m) ==
  /\ Delivers(net, "RequestPreVote", m)
  /\ m.term >= currentTerm[m.to]
  /\ UpToDate(m.last, Last(m.to))
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Respond(m, RequestPreVoteReply(m.to, m.sender, m.term, TRUE))

(* A leader needs everybody.                                                 *)
Unanimity == {Server}

(* A command that was executed before is not answered again.                 *)
SilentApply(s) ==
  /\ lastApplied[s] < commitIndex[s]
  /\ lastApplied' = [lastApplied EXCEPT ![s] = @ + 1]
  /\ applied' = [applied EXCEPT ![s] =
       IF IsNew(s, ToApply(s))
         THEN Append(@, [client |-> ToApply(s).client,
                         seq    |-> ToApply(s).seq])
         ELSE @]
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, commitIndex,
                 seq, historyVars>>
  /\ IF role[s] = "leader" /\ IsNew(s, ToApply(s))
       THEN Send({ClientReply(s, ToApply(s).client, ToApply(s).seq)})
       ELSE UNCHANGED net

(* A vote is counted, of whatever term it is.                                *)
IndiscriminateRcvVote(m) ==
  /\ Delivers(net, "RequestVoteReply", m)
  /\ role[m.to] = "candidate"
  /\ m.granted
  /\ votes' = [votes EXCEPT ![m.to] = @ \cup {m.sender}]
  /\ UNCHANGED <<persistentVars, role, leader, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Consume(m)

(* The same for the promise of a vote,                                       *)
IndiscriminateRcvPreVote(m) ==
  /\ Delivers(net, "RequestPreVoteReply", m)
  /\ role[m.to] = "precandidate"
  /\ m.granted
  /\ votes' = [votes EXCEPT ![m.to] = @ \cup {m.sender}]
  /\ UNCHANGED <<persistentVars, role, leader, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Consume(m)

(* and for an acknowledgement.                                               *)
IndiscriminateRcvAccepted(m) ==
  /\ Delivers(net, "AppendEntriesReply", m)
  /\ role[m.to] = "leader"
  /\ m.success
  /\ matchIndex' = [matchIndex EXCEPT ![m.to][m.sender] = Max(@, m.index)]
  /\ nextIndex' = [nextIndex EXCEPT ![m.to][m.sender] = Max(@, m.index + 1)]
  /\ UNCHANGED <<persistentVars, electionVars, machineVars, seq, historyVars>>
  /\ Consume(m)

(* Any refusal makes the leader try one entry earlier.                       *)
CredulousRcvRefused(m) ==
  /\ Delivers(net, "AppendEntriesReply", m)
  /\ role[m.to] = "leader"
  /\ m.term = currentTerm[m.to]
  /\ ~ m.success
  /\ nextIndex' = [nextIndex EXCEPT ![m.to][m.sender] = m.index]
  /\ UNCHANGED <<persistentVars, electionVars, matchIndex, machineVars,
                 seq, historyVars>>
  /\ Consume(m)

(* A server votes for whoever asks, whomever it has voted for.               *)
FickleGrantVote(m) ==
  /\ Delivers(net, "RequestVote", m)
  /\ m.term >= currentTerm[m.to]
  /\ UpToDate(m.last, Last(m.to))
  /\ StepDownIfNew(m.to, m.term)
  /\ EnterTerm(m.to, m.term, m.sender)
  /\ UNCHANGED <<log, machineVars, seq, historyVars>>
  /\ Respond(m, RequestVoteReply(m.to, m.sender, m.term, TRUE))

(* Entries are put in their places, and what follows them stays.             *)
PatchingMerge(l, i, entries) ==
  SubSeq(l, 1, i) \o entries \o SubSeq(l, i + Len(entries) + 1, Len(l))

(* A client takes any answer for one to its last request.                    *)
TrustingRcvReply(m) ==
  /\ Delivers(net, "ClientReply", m)
  /\ seq' = [seq EXCEPT ![m.to] = @ + 1]
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 historyVars>>
  /\ Consume(m)

(* A session remembers the last command, and forgets that there were others. *)
ForgetfulIsNew(s, e) ==
  LET own == SelectSeq(applied[s], LAMBDA x : x.client = e.client)
  IN  own = <<>> \/ own[Len(own)].seq # e.seq
===============================================================================
