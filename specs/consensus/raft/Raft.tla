--------------------------------- MODULE Raft ---------------------------------
(* Raft.  Servers that crash keep copies of one log.  They elect a leader,   *)
(* which alone appends to the log and makes the copies of the others equal   *)
(* to its own.  Once a majority has an entry of the leader's own term, it and*)
(* all before it are committed, and nothing takes them out of the log again. *)
(* Each server applies committed entries, in order, to its copy of a state   *)
(* machine.                                                                  *)
(*                                                                           *)
(* Source    Ongaro & Ousterhout, "In Search of an Understandable Consensus  *)
(*           Algorithm", USENIX ATC 2014, sections 5 and 8, figure 2;        *)
(*           Ongaro, "Consensus: Bridging Theory and Practice", Stanford     *)
(*           2014, section 6.3 for clients' sessions, 9.6 for pre-votes.     *)
(* Modelled  Messages lost, delayed, reordered and duplicated (a partition   *)
(*           is their loss while it lasts); servers crashing, losing what    *)
(*           they had not forced, and restarting; timers running out at any  *)
(*           time; clients that repeat what was not answered.                *)
(* Left out  Changes of membership; snapshots; reads that bypass the log;    *)
(*           the empty entry at the start of a term; telling a client who    *)
(*           leads; clients that crash; a limit on the entries of a          *)
(*           message; asking again for a vote within a term; a leader that   *)
(*           steps down if it hears no majority (with pre-votes, links that  *)
(*           fail between some pairs alone can stop all progress).           *)
(* Python    refimpl/consensus/raft.py, one method per action.               *)
EXTENDS Naturals, Sequences, FiniteSets, Bags

CONSTANTS
  Server,       \* the servers, each with a copy of the log
  Client,       \* those who have commands executed
  Nil,          \* nobody: a vote not cast, a leader not known
  PreVote       \* TRUE: a server asks whether it could win an election
                \* before it begins one

ASSUME
  /\ IsFiniteSet(Server) /\ Server # {}
  /\ Server \cap Client = {}
  /\ Nil \notin Server \cup Client
  /\ PreVote \in BOOLEAN

-------------------------------------------------------------------------------
(* What a server forces to its disk survives a crash.  It is as little as    *)
(* figure 2 says; all else can be found out again.  What an action writes    *)
(* here is forced before the first message that it sends leaves.             *)

VARIABLES
  currentTerm,  \* currentTerm[s]: the latest term that s has heard of
  votedFor,     \* votedFor[s]: whom s voted for in that term, or Nil
  log           \* log[s]: its copy of the log, a sequence of entries

(* What a crash loses: who one is in the current term, and                   *)

VARIABLES
  role,         \* role[s]: "follower", "precandidate", "candidate",
                \* "leader", or "down" between a crash and the restart
  leader,       \* leader[s]: the leader that s has heard since its election
                \* timer last ran out and since it came to its term, or
                \* Nil.  Read for pre-votes only.
  votes         \* votes[s]: who would vote for the pre-candidate s, or did
                \* vote for the candidate s

(* of a leader, how far each other log is known to agree with its own, and   *)

VARIABLES
  nextIndex,    \* nextIndex[s][r]: the first entry to send to r; a guess
  matchIndex    \* matchIndex[s][r]: r's log agrees up to here; known

(* how far the log is known to be committed, and has been applied.           *)

VARIABLES
  commitIndex,  \* commitIndex[s]: the last entry that s knows committed
  lastApplied,  \* lastApplied[s]: the last entry that s has applied
  applied       \* applied[s]: the state machine, taken for the sequence of
                \* commands that it has executed.  What a real machine would
                \* make of them is a function of this.

VARIABLE
  seq           \* seq[c]: the number of the first request that client c
                \* has no answer to; they count from 1, one at a time

VARIABLE
  net           \* the messages in flight.  A bag, since a network may hold
                \* two copies of a message and deliver them in any order.

(* Two variables are history: no server has them and no action reads them.   *)
(* Election Safety and Leader Completeness are about what ever happened in   *)
(* a term, and a crash takes all trace of it from the state: the leader that *)
(* was elected comes back as a follower, and what it committed perhaps nobody*)
(* else knows.  The logs do not tell either, for whether an entry on a       *)
(* majority is committed depends on who put it there (figure 8).             *)

VARIABLES
  elected,      \* [term, server]: who was elected in which term
  committed     \* [index, entry, term]: the leader of term committed entry

persistentVars == <<currentTerm, votedFor, log>>
electionVars   == <<role, leader, votes>>
leaderVars     == <<nextIndex, matchIndex>>
machineVars    == <<commitIndex, lastApplied, applied>>
historyVars    == <<elected, committed>>
vars == <<persistentVars, electionVars, leaderVars, machineVars,
          seq, net, historyVars>>

-------------------------------------------------------------------------------
(* A position is an index with the term of the entry that stands there;      *)
(* before the first entry it is index 0 in term 0.                           *)

Position(i, t) == [index |-> i, term |-> t]

PositionAt(l, i) == Position(i, IF i = 0 THEN 0 ELSE l[i].term)

Last(s) == PositionAt(log[s], Len(log[s]))

(* A log that ends at p is at least as up-to-date as one that ends at q.     *)
UpToDate(p, q) ==
  \/ p.term > q.term
  \/ p.term = q.term /\ p.index >= q.index

Entry(t, c, n) == [term |-> t, client |-> c, seq |-> n]

-------------------------------------------------------------------------------
(* Messages between servers are three questions with their answers.  A       *)
(* question carries the term of its sender, an answer the later one of the   *)
(* two terms.                                                                *)

(* Would you vote for s in the next term?                                    *)
RequestPreVote(s, r) ==
  [type |-> "RequestPreVote", sender |-> s, to |-> r,
   term |-> currentTerm[s], last |-> Last(s)]

RequestPreVoteReply(s, r, t, yes) ==
  [type |-> "RequestPreVoteReply", sender |-> s, to |-> r,
   term |-> t, granted |-> yes]

(* Vote for s in term t.                                                     *)
RequestVote(s, r, t) ==
  [type |-> "RequestVote", sender |-> s, to |-> r,
   term |-> t, last |-> Last(s)]

RequestVoteReply(s, r, t, yes) ==
  [type |-> "RequestVoteReply", sender |-> s, to |-> r,
   term |-> t, granted |-> yes]

(* After this position in your log come these entries.  With none it is a    *)
(* heartbeat, and still tells whether the logs agree up to the position.     *)
AppendEntries(s, r) ==
  LET prev == nextIndex[s][r] - 1
  IN  [type |-> "AppendEntries", sender |-> s, to |-> r,
       term |-> currentTerm[s], prev |-> PositionAt(log[s], prev),
       entries |-> SubSeq(log[s], prev + 1, Len(log[s])),
       commit |-> commitIndex[s]]

(* index: the last that agrees, after success; else the one asked about.     *)
AppendEntriesReply(s, r, t, yes, i) ==
  [type |-> "AppendEntriesReply", sender |-> s, to |-> r,
   term |-> t, success |-> yes, index |-> i]

(* Client c asks s to have its n-th command executed, and is told that it    *)
(* was.                                                                      *)
ClientRequest(c, s, n) ==
  [type |-> "ClientRequest", sender |-> c, to |-> s, seq |-> n]

ClientReply(s, c, n) ==
  [type |-> "ClientReply", sender |-> s, to |-> c, seq |-> n]

Replies ==
  {"RequestPreVoteReply", "RequestVoteReply", "AppendEntriesReply"}

(* In each action on a message the first conjunct says that the network      *)
(* delivers it and the last what becomes of the network, as in the code a    *)
(* message arrives first and the answer leaves when all is done.             *)

Up(p) == p \in Server => role[p] # "down"

Delivers(bag, type, m) ==
  /\ m.type = type
  /\ BagIn(m, bag)
  /\ Up(m.to)

Send(messages) ==
  net' = net (+) SetToBag(messages)

Consume(m) ==
  net' = net (-) SetToBag({m})

(* m is consumed and answered, in one step.                                  *)
Respond(m, reply) ==
  net' = (net (-) SetToBag({m})) (+) SetToBag({reply})

-------------------------------------------------------------------------------
Max(i, j) == IF i >= j THEN i ELSE j
Min(i, j) == IF i <= j THEN i ELSE j

Quorum == {Q \in SUBSET Server : 2 * Cardinality(Q) > Cardinality(Server)}

Peers(s) == Server \ {s}

(* The position p exists in the log of s.                                    *)
Has(s, p) ==
  /\ p.index <= Len(log[s])
  /\ PositionAt(log[s], p.index) = p

(* The log that results if, after index i of l, these entries come.  What    *)
(* conflicts with them goes, and all that follows it.  If nothing conflicts  *)
(* and all of them are here, what follows them stays: this message may be an *)
(* old one, and a newer one may have brought what follows (section 5.3).     *)
Merge(l, i, entries) ==
  IF /\ i + Len(entries) <= Len(l)
     /\ \A j \in 1..Len(entries) : l[i + j].term = entries[j].term
    THEN l
    ELSE SubSeq(l, 1, i) \o entries

(* Those whose logs the leader s knows to hold its entry i.                  *)
Holders(s, i) ==
  {s} \cup {r \in Peers(s) : matchIndex[s][r] >= i}

(* The entries that the leader s may commit, with all that precedes them.    *)
(* Only those of its own term: an older entry can be on a majority and yet   *)
(* be overwritten, by a leader whose last entry is of a term in between      *)
(* (section 5.4.2, figure 8).                                                *)
Committable(s) ==
  {i \in commitIndex[s] + 1 .. Len(log[s]) :
     /\ log[s][i].term = currentTerm[s]
     /\ Holders(s, i) \in Quorum}

(* The entry that the state machine of s comes to next.                      *)
ToApply(s) == log[s][lastApplied[s] + 1]

(* Whether the state machine of s has not executed e's command yet.  Clients *)
(* ask one thing at a time, so a session need only remember a number.        *)
IsNew(s, e) ==
  \A i \in DOMAIN applied[s] :
    applied[s][i].client = e.client => applied[s][i].seq < e.seq

-------------------------------------------------------------------------------
Entries == [term : Nat \ {0}, client : Client, seq : Nat \ {0}]
Commands == [client : Client, seq : Nat \ {0}]
Positions == [index : Nat, term : Nat]

IsMessage(m) ==
  CASE m.type \in {"RequestPreVote", "RequestVote"} ->
         m \in [type : {m.type}, sender : Server, to : Server,
                term : Nat, last : Positions]
    [] m.type \in {"RequestPreVoteReply", "RequestVoteReply"} ->
         m \in [type : {m.type}, sender : Server, to : Server,
                term : Nat, granted : BOOLEAN]
    [] m.type = "AppendEntries" ->
         m \in [type : {m.type}, sender : Server, to : Server,
                term : Nat, prev : Positions, entries : Seq(Entries),
                commit : Nat]
    [] m.type = "AppendEntriesReply" ->
         m \in [type : {m.type}, sender : Server, to : Server,
                term : Nat, success : BOOLEAN, index : Nat]
    [] m.type = "ClientRequest" ->
         m \in [type : {m.type}, sender : Client, to : Server,
                seq : Nat \ {0}]
    [] m.type = "ClientReply" ->
         m \in [type : {m.type}, sender : Server, to : Client,
                seq : Nat \ {0}]
    [] OTHER -> FALSE

TypeOK ==
  /\ currentTerm \in [Server -> Nat]
  /\ votedFor \in [Server -> Server \cup {Nil}]
  /\ log \in [Server -> Seq(Entries)]
  /\ role \in [Server -> {"follower", "precandidate", "candidate",
                          "leader", "down"}]
  /\ leader \in [Server -> Server \cup {Nil}]
  /\ votes \in [Server -> SUBSET Server]
  /\ nextIndex \in [Server -> [Server -> Nat \ {0}]]
  /\ matchIndex \in [Server -> [Server -> Nat]]
  /\ commitIndex \in [Server -> Nat]
  /\ lastApplied \in [Server -> Nat]
  /\ applied \in [Server -> Seq(Commands)]
  /\ seq \in [Client -> Nat \ {0}]
  /\ IsABag(net)
  /\ \A m \in BagToSet(net) : IsMessage(m)
  /\ elected \subseteq [term : Nat, server : Server]
  /\ committed \subseteq [index : Nat \ {0}, entry : Entries, term : Nat]
  /\ \A s \in Server :
       /\ lastApplied[s] <= commitIndex[s]
       /\ commitIndex[s] <= Len(log[s])
       /\ \A r \in Server : matchIndex[s][r] < nextIndex[s][r]

Init ==
  /\ currentTerm = [s \in Server |-> 0]
  /\ votedFor = [s \in Server |-> Nil]
  /\ log = [s \in Server |-> <<>>]
  /\ role = [s \in Server |-> "follower"]
  /\ leader = [s \in Server |-> Nil]
  /\ votes = [s \in Server |-> {}]
  /\ nextIndex = [s \in Server |-> [r \in Server |-> 1]]
  /\ matchIndex = [s \in Server |-> [r \in Server |-> 0]]
  /\ commitIndex = [s \in Server |-> 0]
  /\ lastApplied = [s \in Server |-> 0]
  /\ applied = [s \in Server |-> <<>>]
  /\ seq = [c \in Client |-> 1]
  /\ net = EmptyBag
  /\ elected = {}
  /\ committed = {}

-------------------------------------------------------------------------------
(* What an action does to a server besides, in words used more than once.    *)

(* s hears the leader l, or none any longer.                                 *)
Hears(s, l) ==
  leader' = [leader EXCEPT ![s] = l]

(* s follows l, or nobody that it knows of, and forgets what only a          *)
(* candidate or a leader needs.                                              *)
BecomeFollower(s, l) ==
  /\ role' = [role EXCEPT ![s] = "follower"]
  /\ Hears(s, l)
  /\ votes' = [votes EXCEPT ![s] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![s] = [r \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![s] = [r \in Server |-> 0]]

(* s has heard of term t.  If that is later than its own, s enters it, and   *)
(* has not voted there yet; v is whom it votes for now, or Nil.  Whatever s  *)
(* was in an earlier term is over (figure 2, rules for all servers).         *)
EnterTerm(s, t, v) ==
  /\ currentTerm' = [currentTerm EXCEPT ![s] = Max(@, t)]
  /\ votedFor' = [votedFor EXCEPT ![s] =
                    IF t > currentTerm[s] \/ v # Nil THEN v ELSE @]

StepDownIfNew(s, t) ==
  IF t > currentTerm[s]
    THEN BecomeFollower(s, Nil)
    ELSE UNCHANGED <<electionVars, leaderVars>>

(* s stands for election in the next term, and votes for itself.  Both are   *)
(* forced before the first RequestVote leaves: if s crashed and forgot them, *)
(* it could vote for another in the same term.                               *)
Campaign(s) ==
  /\ currentTerm' = [currentTerm EXCEPT ![s] = @ + 1]
  /\ votedFor' = [votedFor EXCEPT ![s] = s]
  /\ role' = [role EXCEPT ![s] = "candidate"]
  /\ Hears(s, Nil)
  /\ votes' = [votes EXCEPT ![s] = {s}]
  /\ UNCHANGED <<log, leaderVars, machineVars, seq, historyVars>>
  /\ Send({RequestVote(s, r, currentTerm[s] + 1) : r \in Peers(s)})

-------------------------------------------------------------------------------
(* Elections (section 5.2).                                                  *)

(* The election timer of s runs out: it has heard no leader, nor voted, for  *)
(* so long that it supposes there is none, or its own election came to       *)
(* nothing.  When that is so is a matter of clocks, and no safety depends on *)
(* clocks, so it may be so at any time here.                                 *)
Timeout(s) ==
  /\ ~ PreVote
  /\ role[s] \in {"follower", "candidate"}
  /\ Campaign(s)

(* With pre-votes it first asks whether it could win.  Asking changes no     *)
(* term and no vote, here or elsewhere, so it can disturb nobody.            *)
AskForPreVotes(s) ==
  /\ PreVote
  /\ role[s] \in {"follower", "precandidate", "candidate"}
  /\ role' = [role EXCEPT ![s] = "precandidate"]
  /\ Hears(s, Nil)
  /\ votes' = [votes EXCEPT ![s] = {s}]
  /\ UNCHANGED <<persistentVars, leaderVars, machineVars, seq, historyVars>>
  /\ Send({RequestPreVote(s, r) : r \in Peers(s)})

(* A server would vote for the sender: it misses its leader as well, and the *)
(* sender's log is good enough.  It promises nothing by that.                *)
GrantPreVote(m) ==
  /\ Delivers(net, "RequestPreVote", m)
  /\ m.term >= currentTerm[m.to]
  /\ leader[m.to] = Nil
  /\ UpToDate(m.last, Last(m.to))
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Respond(m, RequestPreVoteReply(m.to, m.sender, m.term, TRUE))

(* It would not.  If that is because it is ahead, then its answer tells the  *)
(* sender of the later term.                                                 *)
RefusePreVote(m) ==
  /\ Delivers(net, "RequestPreVote", m)
  /\ \/ m.term < currentTerm[m.to]
     \/ leader[m.to] # Nil
     \/ ~ UpToDate(m.last, Last(m.to))
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Respond(m, RequestPreVoteReply(m.to, m.sender,
                                    Max(m.term, currentTerm[m.to]), FALSE))

(* A pre-candidate counts a server that would vote for it.                   *)
RcvPreVote(m) ==
  /\ Delivers(net, "RequestPreVoteReply", m)
  /\ role[m.to] = "precandidate"
  /\ m.term = currentTerm[m.to]
  /\ m.granted
  /\ votes' = [votes EXCEPT ![m.to] = @ \cup {m.sender}]
  /\ UNCHANGED <<persistentVars, role, leader, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Consume(m)

(* A majority would vote for s, so now it does stand for election.           *)
WinPreVote(s) ==
  /\ role[s] = "precandidate"
  /\ votes[s] \in Quorum
  /\ Campaign(s)

(* A server votes for the sender: it has not voted for another in that term, *)
(* and the sender's log is at least as up-to-date as its own (section        *)
(* 5.4.1), so that who wins has all that is committed: a majority has that,  *)
(* and somebody of it must have voted.  The vote is forced before it is      *)
(* sent.  Asked again, the server gives the same answer again.               *)
GrantVote(m) ==
  /\ Delivers(net, "RequestVote", m)
  /\ m.term >= currentTerm[m.to]
  /\ m.term > currentTerm[m.to] \/ votedFor[m.to] \in {Nil, m.sender}
  /\ UpToDate(m.last, Last(m.to))
  /\ StepDownIfNew(m.to, m.term)
  /\ EnterTerm(m.to, m.term, m.sender)
  /\ UNCHANGED <<log, machineVars, seq, historyVars>>
  /\ Respond(m, RequestVoteReply(m.to, m.sender, m.term, TRUE))

(* It does not.  It enters the sender's term all the same, so that it helps  *)
(* no leader of an earlier one any longer.                                   *)
RefuseVote(m) ==
  /\ Delivers(net, "RequestVote", m)
  /\ \/ m.term < currentTerm[m.to]
     \/ m.term = currentTerm[m.to] /\ votedFor[m.to] \notin {Nil, m.sender}
     \/ ~ UpToDate(m.last, Last(m.to))
  /\ StepDownIfNew(m.to, m.term)
  /\ EnterTerm(m.to, m.term, Nil)
  /\ UNCHANGED <<log, machineVars, seq, historyVars>>
  /\ Respond(m, RequestVoteReply(m.to, m.sender,
                                 Max(m.term, currentTerm[m.to]), FALSE))

(* A candidate counts a vote.  Votes form a set, so that two copies of one   *)
(* count once.                                                               *)
RcvVote(m) ==
  /\ Delivers(net, "RequestVoteReply", m)
  /\ role[m.to] = "candidate"
  /\ m.term = currentTerm[m.to]
  /\ m.granted
  /\ votes' = [votes EXCEPT ![m.to] = @ \cup {m.sender}]
  /\ UNCHANGED <<persistentVars, role, leader, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Consume(m)

(* A majority has voted for s in its term, so nobody else can win that term. *)
(* s knows nothing of the other logs and supposes that they are like its     *)
(* own; where that is wrong it will be told.                                 *)
BecomeLeader(s) ==
  /\ role[s] = "candidate"
  /\ votes[s] \in Quorum
  /\ role' = [role EXCEPT ![s] = "leader"]
  /\ Hears(s, s)
  /\ votes' = [votes EXCEPT ![s] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![s] =
                     [r \in Server |-> Len(log[s]) + 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![s] = [r \in Server |-> 0]]
  /\ elected' = elected \cup {[term |-> currentTerm[s], server |-> s]}
  /\ UNCHANGED <<persistentVars, machineVars, seq, net, committed>>

(* An answer tells a server of a later term.  Whatever it asked for, its own *)
(* term is over.                                                             *)
StepDown(m) ==
  /\ \E type \in Replies : Delivers(net, type, m)
  /\ m.term > currentTerm[m.to]
  /\ BecomeFollower(m.to, Nil)
  /\ EnterTerm(m.to, m.term, Nil)
  /\ UNCHANGED <<log, machineVars, seq, historyVars>>
  /\ Consume(m)

-------------------------------------------------------------------------------
(* The log (section 5.3).                                                    *)

(* The leader takes a client's request into its log.  It may be there        *)
(* already, for clients repeat what was not answered; that is seen when it   *)
(* is applied, since only then is it certain which entries there are.        *)
AppendRequest(m) ==
  /\ Delivers(net, "ClientRequest", m)
  /\ role[m.to] = "leader"
  /\ log' = [log EXCEPT ![m.to] =
               Append(@, Entry(currentTerm[m.to], m.sender, m.seq))]
  /\ UNCHANGED <<currentTerm, votedFor, electionVars, leaderVars,
                 machineVars, seq, historyVars>>
  /\ Consume(m)

(* The leader sends r what r seems not to have.  It does so again and again: *)
(* that is the heartbeat which keeps timers from running out, and the        *)
(* repetition of what was lost.                                              *)
SendEntries(s, r) ==
  /\ role[s] = "leader"
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Send({AppendEntries(s, r)})

(* A server makes its log agree with the leader's and says how far it does.  *)
(* The entry before those sent agrees, hence all before it do (Log           *)
(* Matching).  Whoever sends entries in this term was elected in it, so a    *)
(* candidate gives up.  New entries are forced before the answer leaves,     *)
(* because the leader counts on them.  (Min would matter if a message had not*)
(* the whole tail of the leader's log.)                                      *)
AcceptEntries(m) ==
  /\ Delivers(net, "AppendEntries", m)
  /\ m.term >= currentTerm[m.to]
  /\ Has(m.to, m.prev)
  /\ BecomeFollower(m.to, m.sender)
  /\ EnterTerm(m.to, m.term, Nil)
  /\ log' = [log EXCEPT ![m.to] = Merge(@, m.prev.index, m.entries)]
  /\ commitIndex' = [commitIndex EXCEPT ![m.to] =
                       Max(@, Min(m.commit, m.prev.index + Len(m.entries)))]
  /\ UNCHANGED <<lastApplied, applied, seq, historyVars>>
  /\ Respond(m, AppendEntriesReply(m.to, m.sender, m.term, TRUE,
                                   m.prev.index + Len(m.entries)))

(* The logs do not agree as far as the leader supposed.                      *)
RefuseEntries(m) ==
  /\ Delivers(net, "AppendEntries", m)
  /\ m.term >= currentTerm[m.to]
  /\ ~ Has(m.to, m.prev)
  /\ BecomeFollower(m.to, m.sender)
  /\ EnterTerm(m.to, m.term, Nil)
  /\ UNCHANGED <<log, machineVars, seq, historyVars>>
  /\ Respond(m, AppendEntriesReply(m.to, m.sender,
                                   m.term, FALSE, m.prev.index))

(* The sender no longer leads, and seems not to know.                        *)
RefuseOldEntries(m) ==
  /\ Delivers(net, "AppendEntries", m)
  /\ m.term < currentTerm[m.to]
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Respond(m, AppendEntriesReply(m.to, m.sender,
                                   currentTerm[m.to], FALSE, m.prev.index))

(* The leader learns how far another log agrees.  Answers may come in any    *)
(* order, and agreement is never lost while the term lasts, so the largest   *)
(* index counts.                                                             *)
RcvAccepted(m) ==
  /\ Delivers(net, "AppendEntriesReply", m)
  /\ role[m.to] = "leader"
  /\ m.term = currentTerm[m.to]
  /\ m.success
  /\ matchIndex' = [matchIndex EXCEPT ![m.to][m.sender] = Max(@, m.index)]
  /\ nextIndex' = [nextIndex EXCEPT ![m.to][m.sender] = Max(@, m.index + 1)]
  /\ UNCHANGED <<persistentVars, electionVars, machineVars, seq, historyVars>>
  /\ Consume(m)

(* The leader learns that it supposed too much, and tries one entry earlier. *)
(* An answer to another question than the last says nothing new, nor does a  *)
(* late one, about an index that agrees by now.  (Nor is nextIndex ever 0, as*)
(* a refusal from an earlier term, about position 0, would have it.)         *)
RcvRefused(m) ==
  /\ Delivers(net, "AppendEntriesReply", m)
  /\ role[m.to] = "leader"
  /\ m.term = currentTerm[m.to]
  /\ ~ m.success
  /\ m.index = nextIndex[m.to][m.sender] - 1
  /\ m.index > matchIndex[m.to][m.sender]
  /\ nextIndex' = [nextIndex EXCEPT ![m.to][m.sender] = m.index]
  /\ UNCHANGED <<persistentVars, electionVars, matchIndex, machineVars,
                 seq, historyVars>>
  /\ Consume(m)

-------------------------------------------------------------------------------
(* Commitment and the state machine (sections 5.3, 5.4, 8).                  *)

(* The leader finds that an entry of its term is on a majority.  It is       *)
(* committed, and so is all before it: nobody can be elected from now on who *)
(* does not have it, for a majority would have to find his log up-to-date.   *)
AdvanceCommitIndex(s) ==
  /\ role[s] = "leader"
  /\ Committable(s) # {}
  /\ \E i \in Committable(s) :
       /\ \A j \in Committable(s) : j <= i
       /\ commitIndex' = [commitIndex EXCEPT ![s] = i]
       /\ committed' = committed \cup
            {[index |-> j, entry |-> log[s][j], term |-> currentTerm[s]] :
               j \in commitIndex[s] + 1 .. i}
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, lastApplied,
                 applied, seq, net, elected>>

(* s applies the next committed entry: its state machine executes the        *)
(* command, unless it has done so before, and the client is told by the      *)
(* leader in either case, for the first answer may have been lost.           *)
Apply(s) ==
  /\ lastApplied[s] < commitIndex[s]
  /\ lastApplied' = [lastApplied EXCEPT ![s] = @ + 1]
  /\ applied' = [applied EXCEPT ![s] =
       IF IsNew(s, ToApply(s))
         THEN Append(@, [client |-> ToApply(s).client,
                         seq    |-> ToApply(s).seq])
         ELSE @]
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, commitIndex,
                 seq, historyVars>>
  /\ IF role[s] = "leader"
       THEN Send({ClientReply(s, ToApply(s).client, ToApply(s).seq)})
       ELSE UNCHANGED net

-------------------------------------------------------------------------------
(* Crashes.                                                                  *)

(* s crashes, at any moment.  What is in flight to it stays in flight: a     *)
(* message that finds it down and vanishes is a lost message.                *)
Crash(s) ==
  /\ role[s] # "down"
  /\ role' = [role EXCEPT ![s] = "down"]
  /\ Hears(s, Nil)
  /\ votes' = [votes EXCEPT ![s] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![s] = [r \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![s] = [r \in Server |-> 0]]
  /\ commitIndex' = [commitIndex EXCEPT ![s] = 0]
  /\ lastApplied' = [lastApplied EXCEPT ![s] = 0]
  /\ applied' = [applied EXCEPT ![s] = <<>>]
  /\ UNCHANGED <<persistentVars, seq, net, historyVars>>

(* s comes back with its term, its vote and its log.  Its state machine is   *)
(* empty; a leader will tell how much of the log to apply.                   *)
Restart(s) ==
  /\ role[s] = "down"
  /\ role' = [role EXCEPT ![s] = "follower"]
  /\ UNCHANGED <<persistentVars, leader, votes, leaderVars, machineVars,
                 seq, net, historyVars>>

-------------------------------------------------------------------------------
(* The clients (section 8).                                                  *)

(* Client c asks server s, for the first time or again: it was not answered, *)
(* because s does not lead, or crashed, or a message was lost.               *)
Request(c, s) ==
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>
  /\ Send({ClientRequest(c, s, seq[c])})

(* The command was executed, and c can go on to the next.  An answer to an   *)
(* earlier request is ignored.                                               *)
RcvReply(m) ==
  /\ Delivers(net, "ClientReply", m)
  /\ m.seq = seq[m.to]
  /\ seq' = [seq EXCEPT ![m.to] = @ + 1]
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 historyVars>>
  /\ Consume(m)

-------------------------------------------------------------------------------
(* The network.  Delay and reordering need no action: a message in a bag     *)
(* waits for as long as its receiver is slow.                                *)

(* A copy of m vanishes.  A message that its receiver ignores, because the   *)
(* guards of all actions above are false for it, counts as lost too: nobody  *)
(* could tell the difference.                                                *)
LoseMessage(m) ==
  /\ BagIn(m, net)
  /\ net' = net (-) SetToBag({m})
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>

(* A copy of m appears beside it.                                            *)
DuplicateMessage(m) ==
  /\ BagIn(m, net)
  /\ net' = net (+) SetToBag({m})
  /\ UNCHANGED <<persistentVars, electionVars, leaderVars, machineVars,
                 seq, historyVars>>

-------------------------------------------------------------------------------
InFlight == BagToSet(net)

Next ==
  \/ \E s \in Server : Timeout(s)
  \/ \E s \in Server : AskForPreVotes(s)
  \/ \E m \in InFlight : GrantPreVote(m)
  \/ \E m \in InFlight : RefusePreVote(m)
  \/ \E m \in InFlight : RcvPreVote(m)
  \/ \E s \in Server : WinPreVote(s)
  \/ \E m \in InFlight : GrantVote(m)
  \/ \E m \in InFlight : RefuseVote(m)
  \/ \E m \in InFlight : RcvVote(m)
  \/ \E s \in Server : BecomeLeader(s)
  \/ \E m \in InFlight : StepDown(m)
  \/ \E m \in InFlight : AppendRequest(m)
  \/ \E s \in Server : \E r \in Peers(s) : SendEntries(s, r)
  \/ \E m \in InFlight : AcceptEntries(m)
  \/ \E m \in InFlight : RefuseEntries(m)
  \/ \E m \in InFlight : RefuseOldEntries(m)
  \/ \E m \in InFlight : RcvAccepted(m)
  \/ \E m \in InFlight : RcvRefused(m)
  \/ \E s \in Server : AdvanceCommitIndex(s)
  \/ \E s \in Server : Apply(s)
  \/ \E s \in Server : Crash(s)
  \/ \E s \in Server : Restart(s)
  \/ \E c \in Client, s \in Server : Request(c, s)
  \/ \E m \in InFlight : RcvReply(m)
  \/ \E m \in InFlight : LoseMessage(m)
  \/ \E m \in InFlight : DuplicateMessage(m)

-------------------------------------------------------------------------------
(* What a process that is up does sooner or later.  On each link, while some *)
(* message can be taken, one is, so that no server drowns out another.       *)

Receive(m) ==
  \/ GrantPreVote(m)
  \/ RefusePreVote(m)
  \/ RcvPreVote(m)
  \/ GrantVote(m)
  \/ RefuseVote(m)
  \/ RcvVote(m)
  \/ StepDown(m)
  \/ AppendRequest(m)
  \/ AcceptEntries(m)
  \/ RefuseEntries(m)
  \/ RefuseOldEntries(m)
  \/ RcvAccepted(m)
  \/ RcvRefused(m)
  \/ RcvReply(m)

(* What s does when it notices that it can.                                  *)
Proceed(s) ==
  \/ WinPreVote(s)
  \/ BecomeLeader(s)
  \/ AdvanceCommitIndex(s)
  \/ Apply(s)

Link(p, q) == {m \in InFlight : m.sender = p /\ m.to = q}

Progress ==
  /\ \A p, q \in Server \cup Client :
       WF_vars(\E m \in Link(p, q) : Receive(m))
  /\ \A s \in Server :
       /\ WF_vars(Proceed(s))
       /\ \A r \in Peers(s) : WF_vars(SendEntries(s, r))

(* The election timer of s runs out, or starts anew, since s hears a leader  *)
(* or votes.                                                                 *)
TimerEnds(s) ==
  \/ Timeout(s)
  \/ AskForPreVotes(s)
  \/ \E m \in InFlight :
       /\ m.to = s
       /\ AcceptEntries(m) \/ RefuseEntries(m) \/ GrantVote(m)

(* A timer runs out in the end unless it starts anew again and again, as it  *)
(* does while there is a leader.  That is not enough for one to emerge:      *)
(* timers must, from some time on, run out in an order that lets one server  *)
(* win; losses must end, and a majority stay up.  These are assumptions about*)
(* clocks and networks, which a model has to make.  Nobody promises that who *)
(* crashed comes back.                                                       *)
Timers ==
  \A s \in Server : WF_vars(TimerEnds(s))

(* Each client has n requests and asks every server, again and again, until  *)
(* they are answered.  No part of Spec, for nobody need want anything; but   *)
(* only what is asked can be answered.                                       *)
Clients(n) ==
  \A c \in Client, s \in Server : WF_vars(seq[c] <= n /\ Request(c, s))

Spec ==
  /\ Init
  /\ [][Next]_vars
  /\ Progress
  /\ Timers

-------------------------------------------------------------------------------
(* The five properties of figure 3, over all servers and all times.          *)

(* At most one leader is elected in a term, and nobody leads unelected.      *)
ElectionSafety ==
  /\ \A x, y \in elected : x.term = y.term => x.server = y.server
  /\ \A s \in Server :
       role[s] = "leader" =>
         [term |-> currentTerm[s], server |-> s] \in elected

(* While a server leads, it only appends to its log.                         *)
LeaderAppendOnly ==
  [][\A s \in Server :
       role[s] = "leader" /\ role'[s] = "leader" =>
         /\ Len(log'[s]) >= Len(log[s])
         /\ SubSeq(log'[s], 1, Len(log[s])) = log[s]]_vars

(* If two logs have an entry with the same index and the same term, then     *)
(* they are equal up to and with that entry.                                 *)
LogMatching ==
  \A s, r \in Server :
    \A i \in DOMAIN log[s] \cap DOMAIN log[r] :
      log[s][i].term = log[r][i].term =>
        SubSeq(log[s], 1, i) = SubSeq(log[r], 1, i)

(* What was committed in a term is in the log of whoever leads in a later    *)
(* one.                                                                      *)
LeaderCompleteness ==
  \A s \in Server : \A x \in committed :
    role[s] = "leader" /\ currentTerm[s] > x.term =>
      /\ x.index <= Len(log[s])
      /\ log[s][x.index] = x.entry

(* No two servers ever apply different entries at one index: there are no    *)
(* two different committed ones, and what is applied is a committed one.     *)
StateMachineSafety ==
  /\ \A x, y \in committed : x.index = y.index => x.entry = y.entry
  /\ \A s \in Server : \A i \in 1 .. lastApplied[s] :
       \E x \in committed : x.index = i /\ x.entry = log[s][i]

(* And what clients see of it: no command is executed twice,                 *)
AtMostOnce ==
  \A s \in Server : \A i, j \in DOMAIN applied[s] :
    applied[s][i] = applied[s][j] => i = j

(* and what was answered is committed, so that no failure undoes it.         *)
AnsweredIsCommitted ==
  \A c \in Client : \A n \in 1 .. seq[c] - 1 :
    \E x \in committed : x.entry.client = c /\ x.entry.seq = n

-------------------------------------------------------------------------------
(* Liveness, for which no protocol can do without an assumption on time      *)
(* (Fischer, Lynch & Paterson 1985): see Timers.  So Spec alone implies      *)
(* neither of these; models do, which make such an assumption.               *)

(* There is a leader again and again, whatever becomes of the last one.      *)
LeadersEmerge ==
  []<>(\E s \in Server : role[s] = "leader")

(* The first n requests of each client are answered.                         *)
Answered(n) ==
  <>(\A c \in Client : seq[c] > n)

THEOREM Spec =>
  /\ [](TypeOK /\ ElectionSafety /\ LogMatching /\ LeaderCompleteness)
  /\ [](StateMachineSafety /\ AtMostOnce /\ AnsweredIsCommitted)
  /\ LeaderAppendOnly
===============================================================================
