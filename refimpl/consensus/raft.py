"""Raft: servers that keep copies of one log, and the clients that add to it.

Written to be read beside specs/consensus/raft/Raft.tla: one method per action of a
process, in the order of the spec, one guard per enabling conjunct.  The conjunct of a
receiving action that says "the message is there" has no guard: the message is what
triggers the method.  Crashes and what the network does befall processes; they have no
methods, but what a crash loses is declared `volatile`.

The servers elect a leader, which alone appends to the log and makes the copies of
the others equal to its own.  Once a majority has an entry of the leader's own term, it
and all before it are committed, and nothing takes them out of the log again.  Each
server applies committed entries, in order, to its store.

Differs from the spec: an entry has the operation that the client asks for, and a
reply what came of it; the spec has commands that just differ from one another.  So a
session keeps the answer to the last one, which may have to be given again (section
6.3 of the dissertation).  Timers run out when nothing was heard for a time, not at any
time.  `applied` is kept for what is recorded, and grows for ever as the log does, which
is never compacted; what a server goes by are its store and its sessions.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from pyspec.values import ModelValue, boolean
from refimpl.clients import ASK, Client, Workload
from refimpl.process import (
    RESTART,
    UNRECORDED,
    Context,
    FrozenMap,
    Message,
    Process,
    ProcessId,
    Timer,
    action,
    guard,
    persistent,
    volatile,
)
from refimpl.protocol import Faults, Protocol, Role
from refimpl.store import Answer, Operation, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

MS: Final = 1_000_000
HEARTBEAT_NS: Final = 50 * MS
ELECTION_NS: Final = (150 * MS, 300 * MS)

ServerRole: TypeAlias = Literal[
    "follower", "precandidate", "candidate", "leader", "down"
]

ELECTION: Final = Timer("election")
HEARTBEAT: Final = Timer("heartbeat")

NIL: Final = ProcessId("Nil")
"""Nobody: a vote not cast, a leader not known."""


# ------------------------------------------------------------- the log


@dataclass(frozen=True, slots=True)
class Entry:
    """What a leader of a term appended to its log for a client."""

    term: int
    client: ProcessId
    seq: int
    operation: Operation = field(metadata=UNRECORDED)


@dataclass(frozen=True, slots=True)
class Command:
    """The client's `seq`-th operation, which a state machine has executed."""

    client: ProcessId
    seq: int


@dataclass(frozen=True, slots=True)
class Session:
    """What a state machine remembers of a client: its last operation, answered."""

    seq: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Position:
    """An index, from 1, with the term of the entry there; before the first 0 and 0."""

    index: int
    term: int


Log: TypeAlias = tuple[Entry, ...]


def position_at(log: Log, index: int) -> Position:
    """Return the position of this index, which the log has."""
    return Position(index, log[index - 1].term if index else 0)


def up_to_date(p: Position, q: Position) -> bool:
    """Whether a log that ends at p is at least as up-to-date as one that ends at q."""
    return p.term > q.term or (p.term == q.term and p.index >= q.index)


def merge(log: Log, index: int, entries: Log) -> Log:
    """Return the log that results if, after `index`, these entries come.

    What conflicts with them goes, and all that follows it.  If nothing conflicts and
    all of them are here, what follows them stays: this message may be an old one, and
    a newer one may have brought what follows (section 5.3).
    """
    here = log[index : index + len(entries)]
    if [each.term for each in here] == [each.term for each in entries]:
        return log
    return log[:index] + entries


# ------------------------------------------------------------- messages


@dataclass(frozen=True, slots=True)
class Addressed(Message):
    """Who sends it, and to whom."""

    sender: ProcessId
    to: ProcessId


@dataclass(frozen=True, slots=True)
class Reply(Addressed):
    """An answer of one server to another, and the later one of their terms."""

    term: int


@dataclass(frozen=True, slots=True)
class RequestPreVote(Addressed):
    """Would you vote for me in the next term?  My log ends here."""

    term: int
    last: Position


@dataclass(frozen=True, slots=True)
class RequestPreVoteReply(Reply):
    """I would, or not."""

    granted: bool


@dataclass(frozen=True, slots=True)
class RequestVote(Addressed):
    """Vote for me in this term.  My log ends here."""

    term: int
    last: Position


@dataclass(frozen=True, slots=True)
class RequestVoteReply(Reply):
    """I do, or not."""

    granted: bool


@dataclass(frozen=True, slots=True)
class AppendEntries(Addressed):
    """After this position in your log come these entries.

    With none it is a heartbeat, and still tells whether the logs agree up to the
    position.
    """

    term: int
    prev: Position
    entries: Log
    commit: int


@dataclass(frozen=True, slots=True)
class AppendEntriesReply(Reply):
    """My log agrees with yours up to the index, or does not agree at the index."""

    success: bool
    index: int


@dataclass(frozen=True, slots=True)
class ClientRequest(Addressed):
    """Client to server: have my `seq`-th operation executed."""

    seq: int
    operation: Operation = field(metadata=UNRECORDED)


@dataclass(frozen=True, slots=True)
class ClientReply(Addressed):
    """Leader to client: your `seq`-th operation was executed.

    `answer` is "info" if a later one was executed since: the client has had its
    answer by then.
    """

    seq: int
    answer: Answer = field(metadata=UNRECORDED)


# ------------------------------------------------------------- a server


class Server(Process):
    """One copy of the log, and of the store that the log's entries make."""

    declares: ClassVar[Mapping[str, str]] = {
        "current_term": "currentTerm[self.id]",
        "voted_for": "votedFor[self.id]",
        "log": "log[self.id]",
        "role": "role[self.id]",
        "leader": "leader[self.id]",
        "votes": "votes[self.id]",
        "next_index": "nextIndex[self.id]",
        "match_index": "matchIndex[self.id]",
        "commit_index": "commitIndex[self.id]",
        "last_applied": "lastApplied[self.id]",
        "applied": "applied[self.id]",
    }

    current_term: int = persistent(0)
    voted_for: ProcessId = persistent(NIL)
    log: Log = persistent(())

    role: ServerRole = volatile("follower", crashed="down")
    leader: ProcessId = volatile(NIL)
    votes: frozenset[ProcessId] = volatile(frozenset())

    next_index: FrozenMap[ProcessId, int] = volatile(1, each="self.servers")
    match_index: FrozenMap[ProcessId, int] = volatile(0, each="self.servers")

    commit_index: int = volatile(0)
    last_applied: int = volatile(0)
    applied: tuple[Command, ...] = volatile(())
    store: Store = volatile(Store())
    sessions: FrozenMap[ProcessId, Session] = volatile(FrozenMap())

    def __init__(
        self, context: Context, servers: tuple[ProcessId, ...], *, pre_vote: bool
    ) -> None:
        self.servers = servers
        self.peers = tuple(each for each in servers if each != context.id)
        self.pre_vote = pre_vote
        super().__init__(context)

    def start(self) -> None:
        """Wait for a leader."""
        self._wait_for_leader()

    # -------------------------------------------------------- words of the spec

    @property
    def last(self) -> Position:
        """Where the log ends."""
        return position_at(self.log, len(self.log))

    def is_quorum(self, servers: frozenset[ProcessId]) -> bool:
        """Whether they are a majority."""
        return 2 * len(servers) > len(self.servers)

    def has(self, position: Position) -> bool:
        """Whether the position exists in the log."""
        index = position.index
        return index <= len(self.log) and position_at(self.log, index) == position

    def holders(self, index: int) -> frozenset[ProcessId]:
        """Return those whose logs this leader knows to hold its entry."""
        return frozenset(
            {self.id} | {r for r in self.peers if self.match_index[r] >= index}
        )

    @property
    def committable(self) -> tuple[int, ...]:
        """The entries that this leader may commit, with all that precedes them.

        Only those of its own term: an older entry can be on a majority and yet be
        overwritten, by a leader whose last entry is of a term in between (section
        5.4.2, figure 8).
        """
        return tuple(
            index
            for index in range(self.commit_index + 1, len(self.log) + 1)
            if self.log[index - 1].term == self.current_term
            and self.is_quorum(self.holders(index))
        )

    def is_new(self, entry: Entry) -> bool:
        """Whether the state machine has not executed the entry's operation yet.

        Clients ask one thing at a time, so the number of the last one says it.
        """
        session = self.sessions.get(entry.client)
        return session is None or session.seq < entry.seq

    # -------------------------------------------------------- parts of actions

    def _become_follower(self, leader: ProcessId) -> None:
        """Follow the leader, or nobody that it knows of.

        What only a candidate or a leader needs is forgotten; a follower has no votes
        and supposes nothing of others.  To hear a leader starts the election timer
        anew.  A leader that steps down had none, so it starts one.
        """
        if leader != NIL or self.role == "leader":
            self._wait_for_leader()
        self.leader = leader
        if self.role != "follower":
            self.role = "follower"
            self.votes = frozenset()
            self._suppose_of_others(next_index=1)

    def _enter_term(self, term: int, vote: ProcessId = NIL) -> None:
        """Enter the term if it is news, and vote, if so.

        In a new term this server has not voted, and whatever it was in the old one
        is over (figure 2, rules for all servers).
        """
        if term > self.current_term:
            self.current_term, self.voted_for = term, vote
        elif vote != NIL:
            self.voted_for = vote

    def _step_down_if_new(self, term: int) -> None:
        if term > self.current_term:
            self._become_follower(NIL)

    def _campaign(self) -> None:
        """Stand for election in the next term, and vote for itself.

        Both are forced before the first RequestVote leaves: if the server crashed
        and forgot them, it could vote for another in the same term.
        """
        self.current_term += 1
        self.voted_for = self.id
        self.sync()
        self.role = "candidate"
        self.leader = NIL
        self.votes = frozenset({self.id})
        for r in self.peers:
            self._post(RequestVote(self.id, r, self.current_term, self.last))
        self._wait_for_leader()

    def _suppose_of_others(self, *, next_index: int) -> None:
        """Suppose that all other logs agree up to there, and know nothing of them."""
        self.next_index = FrozenMap(dict.fromkeys(self.servers, next_index))
        self.match_index = FrozenMap(dict.fromkeys(self.servers, 0))

    def _wait_for_leader(self) -> None:
        """Start the election timer, for a random time: two seldom run out at once."""
        self.set_timer(ELECTION, self.context.rng.randrange(*ELECTION_NS, MS))

    def _post(self, m: Addressed) -> None:
        self.send(m.to, m)

    # -------------------------------------------------------- elections

    @action("Timeout(self.id)", on=ELECTION)
    def timeout(self) -> None:
        """Stand for election: no leader was heard for so long that there is none.

        Or its own election came to nothing.  It may be wrong about that: no safety
        depends on clocks.
        """
        guard(not self.pre_vote)
        guard(self.role in {"follower", "candidate"})
        self._campaign()

    @action("AskForPreVotes(self.id)", on=ELECTION)
    def ask_for_pre_votes(self) -> None:
        """Ask first whether it could win.

        Asking changes no term and no vote, here or elsewhere, so it can disturb
        nobody.
        """
        guard(self.pre_vote)
        guard(self.role in {"follower", "precandidate", "candidate"})
        self.role = "precandidate"
        self.leader = NIL
        self.votes = frozenset({self.id})
        for r in self.peers:
            self._post(RequestPreVote(self.id, r, self.current_term, self.last))
        self._wait_for_leader()

    @action("GrantPreVote(m)", on=RequestPreVote)
    def grant_pre_vote(self, m: RequestPreVote) -> None:
        """Say that it would vote for the sender, and promise nothing by that.

        It misses its leader as well, and the sender's log is good enough.
        """
        guard(m.term >= self.current_term)
        guard(self.leader == NIL)
        guard(up_to_date(m.last, self.last))
        self._post(RequestPreVoteReply(self.id, m.sender, m.term, granted=True))

    @action("RefusePreVote(m)", on=RequestPreVote)
    def refuse_pre_vote(self, m: RequestPreVote) -> None:
        """Say that it would not, and its term, if that is why."""
        guard(
            m.term < self.current_term
            or self.leader != NIL
            or not up_to_date(m.last, self.last)
        )
        term = max(m.term, self.current_term)
        self._post(RequestPreVoteReply(self.id, m.sender, term, granted=False))

    @action("RcvPreVote(m)", on=RequestPreVoteReply)
    def rcv_pre_vote(self, m: RequestPreVoteReply) -> None:
        """Count one who would vote for it."""
        guard(self.role == "precandidate")
        guard(m.term == self.current_term)
        guard(m.granted)
        self.votes |= {m.sender}

    @action("WinPreVote(self.id)")
    def win_pre_vote(self) -> None:
        """Stand for election, since a majority would vote for it."""
        guard(self.role == "precandidate")
        guard(self.is_quorum(self.votes))
        self._campaign()

    @action("GrantVote(m)", on=RequestVote)
    def grant_vote(self, m: RequestVote) -> None:
        """Vote for the sender.

        Safe because it has not voted for another in that term, and because the
        sender's log is at least as up-to-date as its own (section 5.4.1), so that
        who wins has all that is committed: a majority has that, and somebody of it
        must have voted.  The vote is forced before it is sent.  Asked again, the
        server gives the same answer again.
        """
        guard(m.term >= self.current_term)
        guard(m.term > self.current_term or self.voted_for in {NIL, m.sender})
        guard(up_to_date(m.last, self.last))
        self._step_down_if_new(m.term)
        self._enter_term(m.term, m.sender)
        self.sync()
        self._wait_for_leader()
        self._post(RequestVoteReply(self.id, m.sender, m.term, granted=True))

    @action("RefuseVote(m)", on=RequestVote)
    def refuse_vote(self, m: RequestVote) -> None:
        """Do not vote for the sender.

        It enters the sender's term all the same, so that it helps no leader of an
        earlier one any longer.
        """
        guard(
            m.term < self.current_term
            or (m.term == self.current_term and self.voted_for not in {NIL, m.sender})
            or not up_to_date(m.last, self.last)
        )
        self._step_down_if_new(m.term)
        self._enter_term(m.term)
        self.sync()
        term = self.current_term
        self._post(RequestVoteReply(self.id, m.sender, term, granted=False))

    @action("RcvVote(m)", on=RequestVoteReply)
    def rcv_vote(self, m: RequestVoteReply) -> None:
        """Count a vote.  Votes form a set, so that two copies of one count once."""
        guard(self.role == "candidate")
        guard(m.term == self.current_term)
        guard(m.granted)
        self.votes |= {m.sender}

    @action("BecomeLeader(self.id)")
    def become_leader(self) -> None:
        """Lead: a majority has voted for it, so nobody else can win this term.

        It knows nothing of the other logs and supposes that they are like its own;
        where that is wrong it will be told.
        """
        guard(self.role == "candidate")
        guard(self.is_quorum(self.votes))
        self.role = "leader"
        self.leader = self.id
        self.votes = frozenset()
        self._suppose_of_others(next_index=len(self.log) + 1)
        self.cancel_timer(ELECTION)
        self.set_timer(HEARTBEAT, 0)

    @action("StepDown(m)", on=Reply)
    def step_down(self, m: Reply) -> None:
        """Enter a later term that an answer tells of.

        Whatever was asked for, the server's own term is over.
        """
        guard(m.term > self.current_term)
        self._become_follower(NIL)
        self._enter_term(m.term)
        self.sync()

    # -------------------------------------------------------- the log

    @action("AppendRequest(m)", on=ClientRequest)
    def append_request(self, m: ClientRequest) -> None:
        """Take a client's request into the log; the others are to have it at once.

        It may be there already, for clients repeat what was not answered; that is
        seen when it is applied, since only then is it certain which entries there
        are.  The leader is one of the holders of the entry, so it is forced.
        """
        guard(self.role == "leader")
        entry = Entry(self.current_term, m.sender, m.seq, m.operation)
        self.log = (*self.log, entry)
        self.sync()
        self.set_timer(HEARTBEAT, 0)

    @action("SendEntries(self.id, r)", on=HEARTBEAT, each="self.peers")
    def send_entries(self, r: ProcessId) -> None:
        """Send r what it seems not to have.

        Again and again: that is the heartbeat which keeps timers from running out,
        and the repetition of what was lost.
        """
        guard(self.role == "leader")
        prev = self.next_index[r] - 1
        self._post(
            AppendEntries(
                self.id,
                r,
                self.current_term,
                position_at(self.log, prev),
                self.log[prev:],
                self.commit_index,
            )
        )
        self.set_timer(HEARTBEAT, HEARTBEAT_NS)

    @action("AcceptEntries(m)", on=AppendEntries)
    def accept_entries(self, m: AppendEntries) -> None:
        """Make the log agree with the leader's, and say how far it does.

        Safe because the entry before those sent agrees, hence all before it do
        (Log Matching).  Whoever sends entries in this term was elected in it, so a
        candidate gives up.  New entries are forced before the answer leaves,
        because the leader counts on them.
        """
        guard(m.term >= self.current_term)
        guard(self.has(m.prev))
        sender, index = m.sender, m.prev.index + len(m.entries)
        self._become_follower(sender)
        self._enter_term(m.term)
        self.log = merge(self.log, m.prev.index, m.entries)
        self.sync()
        self.commit_index = max(self.commit_index, min(m.commit, index))
        reply = AppendEntriesReply(self.id, sender, m.term, success=True, index=index)
        self._post(reply)

    @action("RefuseEntries(m)", on=AppendEntries)
    def refuse_entries(self, m: AppendEntries) -> None:
        """Say that the logs do not agree as far as the leader supposed."""
        guard(m.term >= self.current_term)
        guard(not self.has(m.prev))
        self._become_follower(m.sender)
        self._enter_term(m.term)
        self.sync()
        self._refuse(m)

    @action("RefuseOldEntries(m)", on=AppendEntries)
    def refuse_old_entries(self, m: AppendEntries) -> None:
        """Tell the sender of the later term: it no longer leads, it seems unaware."""
        guard(m.term < self.current_term)
        self._refuse(m)

    def _refuse(self, m: AppendEntries) -> None:
        index, term = m.prev.index, self.current_term
        reply = AppendEntriesReply(self.id, m.sender, term, success=False, index=index)
        self._post(reply)

    @action("RcvAccepted(m)", on=AppendEntriesReply)
    def rcv_accepted(self, m: AppendEntriesReply) -> None:
        """Learn how far another log agrees.

        Answers may come in any order, and agreement is never lost while the term
        lasts, so the largest index counts.
        """
        guard(self.role == "leader")
        guard(m.term == self.current_term)
        guard(m.success)
        r, index = m.sender, m.index
        self.match_index |= {r: max(self.match_index[r], index)}
        self.next_index |= {r: max(self.next_index[r], index + 1)}

    @action("RcvRefused(m)", on=AppendEntriesReply)
    def rcv_refused(self, m: AppendEntriesReply) -> None:
        """Learn that it supposed too much, and try one entry earlier, at once.

        An answer to another question than the last says nothing new, nor does a late
        one, about an index that agrees by now.
        """
        guard(self.role == "leader")
        guard(m.term == self.current_term)
        guard(not m.success)
        guard(m.index == self.next_index[m.sender] - 1)
        guard(m.index > self.match_index[m.sender])
        self.next_index |= {m.sender: m.index}
        self.set_timer(HEARTBEAT, 0)

    # -------------------------------------------------------- the state machine

    @action("AdvanceCommitIndex(self.id)")
    def advance_commit_index(self) -> None:
        """Find that an entry of its term is on a majority, and commit it.

        And all before it.  Safe because nobody can be elected from now on who does
        not have it: a majority would have to find his log up-to-date.
        """
        guard(self.role == "leader")
        committable = self.committable
        guard(bool(committable))
        self.commit_index = max(committable)

    @action("Apply(self.id)")
    def apply(self) -> None:
        """Apply the next committed entry, and tell its client.

        The store executes the operation unless it has done so before; the leader
        answers in either case, for the first answer may have been lost.
        """
        guard(self.last_applied < self.commit_index)
        entry = self.log[self.last_applied]
        self.last_applied += 1
        if self.is_new(entry):
            self._execute(entry)
        if self.role == "leader":
            session = self.sessions[entry.client]
            answer = session.answer if session.seq == entry.seq else Answer("info")
            self._post(ClientReply(self.id, entry.client, entry.seq, answer))

    def _execute(self, entry: Entry) -> None:
        """Let the store execute the operation, and remember the answer."""
        self.applied = (*self.applied, Command(entry.client, entry.seq))
        self.store, answer = self.store.executed(entry.operation)
        self.sessions |= {entry.client: Session(entry.seq, answer)}

    # -------------------------------------------------------- crashes

    @action("Restart(self.id)", on=RESTART)
    def restart(self) -> None:
        """Come back with the term, the vote and the log.

        The store is empty; a leader will tell how much of the log to apply.
        """
        guard(self.role == "down")
        self.role = "follower"
        self._wait_for_leader()


# ------------------------------------------------------------- a client


class RaftClient(Client):
    """Asks one server after another until one answers, and stays with that one."""

    declares: ClassVar[Mapping[str, str]] = {"seq": "seq[self.id]"}

    seq: int = volatile(1)
    turn: int = volatile(0)

    def __init__(
        self, context: Context, servers: tuple[ProcessId, ...], workload: Workload
    ) -> None:
        if workload.tries is not None:
            raise ValueError("Workload.tries: a client of Raft never gives up")
        self.servers = servers
        super().__init__(context, workload)

    @property
    def server(self) -> ProcessId:
        """The server whose turn it is to be asked."""
        return self.servers[self.turn % len(self.servers)]

    @action("Request(self.id, self.server)", on=ASK)
    def request(self) -> None:
        """Ask a server, for the first time or again, and the next one the next time.

        It was not answered, because the server does not lead, or crashed, or a
        message was lost.  Safe to repeat: the number is the same, and what has a
        number is executed once.
        """
        server, operation = self.server, self.asking()
        self.send(server, ClientRequest(self.id, server, self.seq, operation))
        self.turn += 1
        self.be_patient()

    @action("RcvReply(m)", on=ClientReply)
    def rcv_reply(self, m: ClientReply) -> None:
        """Learn that the operation was executed, and go on to the next.

        An answer to an earlier request is ignored.
        """
        guard(m.seq == self.seq)
        self.seq += 1
        self.turn = self.servers.index(m.sender)
        self.told(m.answer)


# ------------------------------------------------------------- the protocol


def raft(  # noqa: PLR0913 - what a run is made of, by name
    servers: int = 3,
    clients: int = 1,
    *,
    pre_vote: bool = False,
    workload: Workload | None = None,
    server_class: type[Server] = Server,
    client_class: type[RaftClient] = RaftClient,
) -> Protocol:
    """Return the protocol for servers n1, n2, and so on, and clients c1, c2, ..."""
    names = tuple(ProcessId(f"n{number}") for number in range(1, servers + 1))
    users = tuple(ProcessId(f"c{number}") for number in range(1, clients + 1))
    work = Workload() if workload is None else workload
    smaller = functools.partial(
        raft,
        servers - 1,
        clients,
        pre_vote=pre_vote,
        workload=workload,
        server_class=server_class,
        client_class=client_class,
    )
    return Protocol(
        slug="raft",
        module="Raft",
        roles=(
            Role(
                name="server",
                ids=names,
                make=lambda context: server_class(context, names, pre_vote=pre_vote),
                crash="Crash(self.id)",
            ),
            Role(
                name="client",
                ids=users,
                make=lambda context: client_class(context, names, work),
            ),
        ),
        constants={
            "Server": frozenset(map(ModelValue, names)),
            "Client": frozenset(map(ModelValue, users)),
            "Nil": ModelValue(NIL),
            "PreVote": boolean(truth=pre_vote),
        },
        lose="LoseMessage(message)",
        duplicate="DuplicateMessage(message)",
        ignore="LoseMessage(message)",
        network="net",
        faults=Faults(
            losses=20,
            loss_percent=5,
            duplications=20,
            duplication_percent=5,
            crashes=4,
            crash_percent=1,
            latency_ns=(1 * MS, 5 * MS),
            latency="long tail",
            partitions=2,
            partition_ns=(100 * MS, 1000 * MS),
            pauses=2,
        ),
        history="key-value",
        smaller=smaller if servers > 1 else None,
    )


PROTOCOL: Final = replace(
    raft(clients=2), variants={"pre_votes": raft(clients=2, pre_vote=True)}
)
