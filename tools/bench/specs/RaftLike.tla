------------------------------- MODULE RaftLike -------------------------------
(* Leader election and log replication in the manner of Raft, for            *)
(* benchmarks alone: the size and the data of a real protocol (logs of       *)
(* records, functions of functions, a bag of messages), with the bounds of   *)
(* the model in its guards.  It is no protocol to learn from.                *)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  Server,
  Value,        \* what clients ask for
  Nobody,       \* a vote not given
  MaxTerm,      \* bound: no server starts a later term
  MaxLength,    \* bound: no leader makes its log longer
  MaxMessages,  \* bound: nothing is sent while so many are in flight
  MaxRestarts   \* bound: of all servers together

VARIABLES
  term,         \* term[s]
  role,         \* role[s]: "follower", "candidate", "leader"
  vote,         \* vote[s]: whom s voted for in its term
  log,          \* log[s]: a sequence of [term, value]
  committed,    \* committed[s]: how many entries s knows to be committed
  granted,      \* granted[s]: who voted for the candidate s
  next,         \* next[s][t]: the entry that the leader s sends to t next
  match,        \* match[s][t]: entries that t is known to share with s
  net,          \* messages in flight and how many of each
  restarts

vars == <<term, role, vote, log, committed, granted, next, match, net, restarts>>

serverVars == <<term, role, vote>>
leaderVars == <<next, match>>

-------------------------------------------------------------------------------
Quorum == {q \in SUBSET Server : 2 * Cardinality(q) > Cardinality(Server)}

Least(a, b) == IF a < b THEN a ELSE b

LastTerm(entries) ==
  IF entries = <<>> THEN 0 ELSE entries[Len(entries)].term

Count(bag) ==
  LET Sum[rest \in SUBSET DOMAIN bag] ==
        IF rest = {} THEN 0
        ELSE LET m == CHOOSE m \in rest : TRUE IN bag[m] + Sum[rest \ {m}]
  IN  Sum[DOMAIN bag]

With(m, bag) ==
  [n \in DOMAIN bag \cup {m} |->
     IF n \in DOMAIN bag THEN IF n = m THEN bag[n] + 1 ELSE bag[n] ELSE 1]

Without(m, bag) ==
  IF bag[m] = 1
    THEN [n \in DOMAIN bag \ {m} |-> bag[n]]
    ELSE [bag EXCEPT ![m] = @ - 1]

Send(m) ==
  /\ Count(net) < MaxMessages
  /\ net' = With(m, net)

Discard(m) == net' = Without(m, net)

Reply(answer, m) == net' = With(answer, Without(m, net))

InFlight(kind, s, t) ==
  {m \in DOMAIN net : m.kind = kind /\ m.from = s /\ m.to = t}

-------------------------------------------------------------------------------
Init ==
  /\ term = [s \in Server |-> 1]
  /\ role = [s \in Server |-> "follower"]
  /\ vote = [s \in Server |-> Nobody]
  /\ log = [s \in Server |-> <<>>]
  /\ committed = [s \in Server |-> 0]
  /\ granted = [s \in Server |-> {}]
  /\ next = [s \in Server |-> [t \in Server |-> 1]]
  /\ match = [s \in Server |-> [t \in Server |-> 0]]
  /\ net = [m \in {} |-> 0]
  /\ restarts = 0

-------------------------------------------------------------------------------
(* s loses what is not on its disk.                                          *)
Restart(s) ==
  /\ restarts < MaxRestarts
  /\ restarts' = restarts + 1
  /\ role' = [role EXCEPT ![s] = "follower"]
  /\ granted' = [granted EXCEPT ![s] = {}]
  /\ next' = [next EXCEPT ![s] = [t \in Server |-> 1]]
  /\ match' = [match EXCEPT ![s] = [t \in Server |-> 0]]
  /\ committed' = [committed EXCEPT ![s] = 0]
  /\ UNCHANGED <<term, vote, log, net>>

Timeout(s) ==
  /\ role[s] # "leader"
  /\ term[s] < MaxTerm
  /\ role' = [role EXCEPT ![s] = "candidate"]
  /\ term' = [term EXCEPT ![s] = @ + 1]
  /\ vote' = [vote EXCEPT ![s] = s]
  /\ granted' = [granted EXCEPT ![s] = {s}]
  /\ UNCHANGED <<log, committed, leaderVars, net, restarts>>

AskVote(s, t) ==
  /\ role[s] = "candidate"
  /\ t \notin granted[s]
  /\ InFlight("vote?", s, t) = {}
  /\ Send([kind |-> "vote?", from |-> s, to |-> t, term |-> term[s],
           lastTerm |-> LastTerm(log[s]), length |-> Len(log[s])])
  /\ UNCHANGED <<serverVars, log, committed, granted, leaderVars, restarts>>

BecomeLeader(s) ==
  /\ role[s] = "candidate"
  /\ granted[s] \in Quorum
  /\ role' = [role EXCEPT ![s] = "leader"]
  /\ next' = [next EXCEPT ![s] = [t \in Server |-> Len(log[s]) + 1]]
  /\ match' = [match EXCEPT ![s] = [t \in Server |-> 0]]
  /\ UNCHANGED <<term, vote, log, committed, granted, net, restarts>>

Request(s, v) ==
  /\ role[s] = "leader"
  /\ Len(log[s]) < MaxLength
  /\ log' = [log EXCEPT ![s] = Append(@, [term |-> term[s], value |-> v])]
  /\ UNCHANGED <<serverVars, committed, granted, leaderVars, net, restarts>>

AppendEntries(s, t) ==
  LET before == next[s][t] - 1
      last   == Least(Len(log[s]), next[s][t])
  IN
  /\ s # t
  /\ role[s] = "leader"
  /\ InFlight("append?", s, t) = {}
  /\ Send([kind |-> "append?", from |-> s, to |-> t, term |-> term[s],
           before |-> before,
           beforeTerm |-> IF before = 0 THEN 0 ELSE log[s][before].term,
           entries |-> SubSeq(log[s], next[s][t], last),
           commit |-> Least(committed[s], last)])
  /\ UNCHANGED <<serverVars, log, committed, granted, leaderVars, restarts>>

(* s commits what a majority has, if the last of it is of its own term.      *)
Commit(s) ==
  LET Has(n)   == {s} \cup {t \in Server : match[s][t] >= n}
      agreed   == {n \in 1..Len(log[s]) : Has(n) \in Quorum}
      greatest == CHOOSE n \in agreed : \A o \in agreed : o <= n
  IN
  /\ role[s] = "leader"
  /\ agreed # {}
  /\ greatest > committed[s]
  /\ log[s][greatest].term = term[s]
  /\ committed' = [committed EXCEPT ![s] = greatest]
  /\ UNCHANGED <<serverVars, log, granted, leaderVars, net, restarts>>

-------------------------------------------------------------------------------
(* t sees a later term than its own, and becomes a follower in it.  The      *)
(* message stays where it is, to be received after this.                     *)
NoteTerm(s, t) ==
  \E m \in DOMAIN net :
    /\ m.from = s
    /\ m.to = t
    /\ m.term > term[t]
    /\ term' = [term EXCEPT ![t] = m.term]
    /\ role' = [role EXCEPT ![t] = "follower"]
    /\ vote' = [vote EXCEPT ![t] = Nobody]
    /\ UNCHANGED <<log, committed, granted, leaderVars, net, restarts>>

DropStale(s, t) ==
  \E m \in DOMAIN net :
    /\ m.from = s
    /\ m.to = t
    /\ m.kind \in {"vote!", "append!"}
    /\ m.term < term[t]
    /\ Discard(m)
    /\ UNCHANGED <<serverVars, log, committed, granted, leaderVars, restarts>>

HandleVoteRequest(s, t) ==
  \E m \in InFlight("vote?", s, t) :
    LET current == \/ m.lastTerm > LastTerm(log[t])
                   \/ /\ m.lastTerm = LastTerm(log[t])
                      /\ m.length >= Len(log[t])
        grant   == m.term = term[t] /\ current /\ vote[t] \in {Nobody, s}
    IN
    /\ m.term <= term[t]
    /\ vote' = IF grant THEN [vote EXCEPT ![t] = s] ELSE vote
    /\ Reply([kind |-> "vote!", from |-> t, to |-> s, term |-> term[t],
              yes |-> grant], m)
    /\ UNCHANGED <<term, role, log, committed, granted, leaderVars, restarts>>

HandleVoteReply(s, t) ==
  \E m \in InFlight("vote!", s, t) :
    /\ m.term = term[t]
    /\ granted' = IF m.yes /\ role[t] = "candidate"
                    THEN [granted EXCEPT ![t] = @ \cup {s}] ELSE granted
    /\ Discard(m)
    /\ UNCHANGED <<serverVars, log, committed, leaderVars, restarts>>

Refuse(m, t) ==
  /\ Reply([kind |-> "append!", from |-> t, to |-> m.from, term |-> term[t],
            ok |-> FALSE, length |-> 0], m)
  /\ UNCHANGED <<role, log, committed>>

(* The entries that t keeps of its own are those before the first that the   *)
(* message contradicts.                                                      *)
Accept(m, t) ==
  LET own  == log[t]
      has  == /\ Len(own) > m.before
              /\ m.entries # <<>>
              /\ own[m.before + 1].term = m.entries[1].term
      new  == IF m.entries = <<>> \/ has
                THEN own ELSE SubSeq(own, 1, m.before) \o m.entries
      upTo == m.before + Len(m.entries)
  IN
  /\ role' = [role EXCEPT ![t] = "follower"]
  /\ log' = [log EXCEPT ![t] = new]
  /\ committed' =
       [committed EXCEPT ![t] = IF m.commit > @ THEN m.commit ELSE @]
  /\ Reply([kind |-> "append!", from |-> t, to |-> m.from, term |-> term[t],
            ok |-> TRUE, length |-> upTo], m)

HandleAppend(s, t) ==
  \E m \in InFlight("append?", s, t) :
    LET fits == \/ m.before = 0
                \/ /\ m.before <= Len(log[t])
                   /\ log[t][m.before].term = m.beforeTerm
    IN
    /\ m.term <= term[t]
    /\ IF m.term < term[t] \/ ~fits THEN Refuse(m, t) ELSE Accept(m, t)
    /\ UNCHANGED <<term, vote, granted, leaderVars, restarts>>

HandleAppendReply(s, t) ==
  \E m \in InFlight("append!", s, t) :
    /\ m.term = term[t]
    /\ IF m.ok
         THEN /\ next' = [next EXCEPT ![t][s] = m.length + 1]
              /\ match' = [match EXCEPT ![t][s] = m.length]
         ELSE /\ next' = [next EXCEPT ![t][s] = IF @ > 1 THEN @ - 1 ELSE 1]
              /\ UNCHANGED match
    /\ Discard(m)
    /\ UNCHANGED <<serverVars, log, committed, granted, restarts>>

-------------------------------------------------------------------------------
Next ==
  \/ \E s \in Server : Restart(s)
  \/ \E s \in Server : Timeout(s)
  \/ \E s, t \in Server : AskVote(s, t)
  \/ \E s \in Server : BecomeLeader(s)
  \/ \E s \in Server, v \in Value : Request(s, v)
  \/ \E s, t \in Server : AppendEntries(s, t)
  \/ \E s \in Server : Commit(s)
  \/ \E s, t \in Server : NoteTerm(s, t)
  \/ \E s, t \in Server : DropStale(s, t)
  \/ \E s, t \in Server : HandleVoteRequest(s, t)
  \/ \E s, t \in Server : HandleVoteReply(s, t)
  \/ \E s, t \in Server : HandleAppend(s, t)
  \/ \E s, t \in Server : HandleAppendReply(s, t)

Spec == Init /\ [][Next]_vars

-------------------------------------------------------------------------------
OneLeader ==
  \A s, t \in Server :
    role[s] = "leader" /\ role[t] = "leader" /\ term[s] = term[t] => s = t

CommittedAgree ==
  \A s, t \in Server :
    \A n \in 1..Least(committed[s], committed[t]) : log[s][n] = log[t][n]
===============================================================================
