"""Raft with known mistakes, each of which replay must find.

Every class overrides what it gets wrong and nothing else.  `BROKEN` says where
the spec rejects it, or what it owes: then it takes no wrong step but stops too soon.
An override keeps the action of the method it overrides.
"""

from __future__ import annotations

import inspect
from typing import Final

from refimpl.consensus.raft import (
    ELECTION,
    ELECTION_NS,
    HEARTBEAT,
    MS,
    NIL,
    AppendEntries,
    AppendEntriesReply,
    ClientReply,
    ClientRequest,
    Entry,
    RequestPreVote,
    RequestPreVoteReply,
    RequestVote,
    RequestVoteReply,
    Server,
    merge,
    raft,
    up_to_date,
)
from refimpl.process import ProcessId, guard, volatile
from refimpl.protocol import Broken, Faults, Protocol

__all__ = ["BROKEN"]


class CountingServer(Server):
    """Commits what is on a majority, of whatever term it is (figure 8)."""

    @property
    def committable(self) -> tuple[int, ...]:
        """The entries on a majority.  Their term is not looked at: the mistake."""
        return tuple(
            index
            for index in range(self.commit_index + 1, len(self.log) + 1)
            if self.is_quorum(self.holders(index))
        )


class ForgetfulServer(Server):
    """Sends its vote without forcing it, so that a crash lets it vote again."""

    def grant_vote(self, m: RequestVote) -> None:
        """Vote for the sender.  There is no sync: that is the mistake."""
        guard(m.term >= self.current_term)
        guard(m.term > self.current_term or self.voted_for in {NIL, m.sender})
        guard(up_to_date(m.last, self.last))
        self._step_down_if_new(m.term)
        self._enter_term(m.term, m.sender)
        self._post(RequestVoteReply(self.id, m.sender, m.term, granted=True))


class CredulousServer(Server):
    """Votes for whoever asks first, whatever is in the log."""

    def grant_vote(self, m: RequestVote) -> None:
        """Vote for the sender.  Its log is not looked at: that is the mistake."""
        guard(m.term >= self.current_term)
        guard(m.term > self.current_term or self.voted_for in {NIL, m.sender})
        self._step_down_if_new(m.term)
        self._enter_term(m.term, m.sender)
        self.sync()
        self._post(RequestVoteReply(self.id, m.sender, m.term, granted=True))


class TruncatingServer(Server):
    """Cuts its log behind the entries that it is sent, even if nothing conflicts."""

    def accept_entries(self, m: AppendEntries) -> None:
        """Take the entries.  What follows them goes always: that is the mistake."""
        guard(m.term >= self.current_term)
        guard(self.has(m.prev))
        sender, index = m.sender, m.prev.index + len(m.entries)
        self._become_follower(sender)
        self._enter_term(m.term)
        self.log = self.log[: m.prev.index] + m.entries
        self.sync()
        self.commit_index = max(self.commit_index, min(m.commit, index))
        reply = AppendEntriesReply(self.id, sender, m.term, success=True, index=index)
        self._post(reply)


class StubbornServer(Server):
    """Enters a later term as a leader, if it led an earlier one."""

    def _become_follower(self, leader: ProcessId) -> None:
        if self.role != "leader":
            super()._become_follower(leader)


class CountingCandidate(Server):
    """Counts votes by message, so that a vote that arrives twice counts twice."""

    count: int = volatile(0)

    def timeout(self) -> None:
        """Stand for election, with one vote."""
        guard(not self.pre_vote)
        guard(self.role in {"follower", "candidate"})
        self.count = 1
        self._campaign()

    def rcv_vote(self, m: RequestVoteReply) -> None:
        """Count a vote, once more whenever it arrives: that is the mistake."""
        guard(self.role == "candidate")
        guard(m.term == self.current_term)
        guard(m.granted)
        self.votes |= {m.sender}
        self.count += 1

    def become_leader(self) -> None:
        """Lead, with enough votes."""
        guard(self.role == "candidate")
        guard(2 * self.count > len(self.servers))
        self.votes = frozenset(self.servers)
        super().become_leader()


class HastyLeader(Server):
    """Answers what it has in its log, before anybody else has it."""

    def append_request(self, m: ClientRequest) -> None:
        """Take the request and answer it at once: that is the mistake."""
        super().append_request(m)
        _, answer = self.store.executed(m.operation)
        self._post(ClientReply(self.id, m.sender, m.seq, answer))


class LocalReader(Server):
    """Answers reads from its own store, although another may lead by now."""

    def append_request(self, m: ClientRequest) -> None:
        """Take the request.  A read does not go through the log: the mistake."""
        guard(self.role == "leader")
        if m.operation.function == "read":
            _, answer = self.store.executed(m.operation)
            self._post(ClientReply(self.id, m.sender, m.seq, answer))
        else:
            super().append_request(m)


class OverwritingLeader(Server):
    """Writes over what it has in its log but has not committed."""

    def append_request(self, m: ClientRequest) -> None:
        """Put the request behind what is committed: that is the mistake."""
        guard(self.role == "leader")
        term, client, seq = self.current_term, m.sender, m.seq
        entry = Entry(term, client, seq, m.operation)
        self.log = (*self.log[: self.commit_index], entry)
        self.sync()
        self.set_timer(HEARTBEAT, 0)


class EagerFollower(Server):
    """Takes for committed what it has just received."""

    def accept_entries(self, m: AppendEntries) -> None:
        """Take the entries, and the last of them for committed: the mistake."""
        super().accept_entries(m)
        index = m.prev.index + len(m.entries)
        self.commit_index = max(self.commit_index, index)


class TalkativeFollower(Server):
    """Says that it has the entries before they are forced."""

    def accept_entries(self, m: AppendEntries) -> None:
        """Answer, and force only then: that is the mistake."""
        guard(m.term >= self.current_term)
        guard(self.has(m.prev))
        sender, index = m.sender, m.prev.index + len(m.entries)
        reply = AppendEntriesReply(self.id, sender, m.term, success=True, index=index)
        self._post(reply)
        self._become_follower(sender)
        self._enter_term(m.term)
        self.log = merge(self.log, m.prev.index, m.entries)
        self.sync()
        self.commit_index = max(self.commit_index, min(m.commit, index))


class RepetitiveLeader(Server):
    """Sends the last entry that agrees again and again: it is one off."""

    def rcv_accepted(self, m: AppendEntriesReply) -> None:
        """Learn what agrees, and send that next: that is the mistake."""
        guard(self.role == "leader")
        guard(m.term == self.current_term)
        guard(m.success)
        r, index = m.sender, m.index
        self.match_index |= {r: max(self.match_index[r], index)}
        self.next_index |= {r: max(self.next_index[r], index)}


class SessionlessServer(Server):
    """Executes whatever is committed, even if it has executed it before."""

    def is_new(self, entry: Entry) -> bool:  # noqa: ARG002 - as what it overrides
        """Nothing is remembered of clients: that is the mistake."""
        return True


class DisloyalServer(Server):
    """Would vote for whoever asks, although it hears its leader."""

    def grant_pre_vote(self, m: RequestPreVote) -> None:
        """Say so.  That there is a leader is not looked at: that is the mistake."""
        guard(m.term >= self.current_term)
        guard(up_to_date(m.last, self.last))
        self._post(RequestPreVoteReply(self.id, m.sender, m.term, granted=True))


class DiscouragedServer(Server):
    """Stands for election once, and never again if that comes to nothing."""

    def _wait_for_leader(self) -> None:
        if self.role == "follower":
            self.set_timer(ELECTION, self.context.rng.randrange(*ELECTION_NS, MS))


_CALM: Final = Faults()
_REORDERING: Final = Faults(latency="long tail", latency_ns=(1 * MS, 5 * MS))
_CRASHES: Final = Faults(crashes=4, crash_percent=2)
_PARTITIONS: Final = Faults(partitions=6, partition_ns=(300 * MS, 900 * MS))


def _broken(  # noqa: PLR0913 - a row of the table below
    name: str,
    server: type[Server],
    faults: Faults,
    seeds: tuple[int, ...],
    *rejected_at: str,
    protocol: Protocol | None = None,
    owes: str | None = None,
) -> Broken:
    """Describe a mistake, in the words of the class that makes it."""
    return Broken(
        name=name,
        wrong=inspect.cleandoc(server.__doc__ or name),
        protocol=protocol or raft(clients=2, server_class=server),
        rejected_at=frozenset(rejected_at),
        owes=owes,
        faults=faults,
        seeds=seeds,
    )


BROKEN: Final = (
    _broken(
        "counting_server",
        CountingServer,
        _PARTITIONS,
        (3, 4, 5, 9),
        "AdvanceCommitIndex",
    ),
    _broken("forgetful_server", ForgetfulServer, _CRASHES, (0, 1, 2, 3), "GrantVote"),
    _broken(
        "credulous_server", CredulousServer, _PARTITIONS, (0, 1, 2, 3), "GrantVote"
    ),
    _broken(
        "truncating_server",
        TruncatingServer,
        _REORDERING,
        (0, 1, 2, 3),
        "AcceptEntries",
    ),
    _broken(
        "stubborn_server", StubbornServer, _PARTITIONS, (0, 1, 2, 4), "SendEntries"
    ),
    _broken(
        "counting_candidate",
        CountingCandidate,
        Faults(duplications=10, duplication_percent=60, losses=20, loss_percent=40),
        (2, 4, 6, 7),
        "BecomeLeader",
        protocol=raft(5, server_class=CountingCandidate),
    ),
    _broken("hasty_leader", HastyLeader, _CALM, (0, 1, 2, 3), "AppendRequest"),
    _broken("local_reader", LocalReader, _PARTITIONS, (0, 1, 2, 3), "AppendRequest"),
    _broken(
        "overwriting_leader", OverwritingLeader, _CALM, (0, 1, 2, 3), "AppendRequest"
    ),
    _broken("eager_follower", EagerFollower, _CALM, (0, 1, 2, 3), "AcceptEntries"),
    _broken(
        "talkative_follower",
        TalkativeFollower,
        Faults(crashes=20, crash_percent=5),
        (0, 1, 2, 3),
        "AcceptEntries",
    ),
    _broken("repetitive_leader", RepetitiveLeader, _CALM, (0, 1, 2, 3), "RcvAccepted"),
    _broken(
        "sessionless_server", SessionlessServer, _PARTITIONS, (0, 7, 9, 10), "Apply"
    ),
    _broken(
        "disloyal_server",
        DisloyalServer,
        _PARTITIONS,
        (0, 1, 2, 3),
        "GrantPreVote",
        protocol=raft(pre_vote=True, server_class=DisloyalServer),
    ),
    _broken(
        "discouraged_server",
        DiscouragedServer,
        Faults(losses=20, loss_percent=80),
        (0, 1, 2, 3),
        protocol=raft(clients=0, server_class=DiscouragedServer),
        owes="TimerEnds",
    ),
)
