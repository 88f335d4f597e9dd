"""Is this a step of RaftLike?  By hand, and as fast as Python lets us.

The peer of the compiled step checker.  A state is a tuple of plain values,
`plain` makes one: servers are places, functions of servers are tuples, votes
granted are bit masks, log entries are (term, value), messages are tuples that
begin with kind, sender, receiver and term, and the bag of them is a dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyspec.values import Value

State = tuple[Any, ...]
# term, role, vote, log, committed, granted, next, match, net, restarts

Message = tuple[Any, ...]
Bag = dict[Message, int]


class Checker:
    """Answers for one set of constants, by their names in the spec."""

    def __init__(self, constants: Mapping[str, Any], servers: Sequence[Value]) -> None:
        self.servers = tuple(servers)
        self.size = len(self.servers)
        self.place = {server: i for i, server in enumerate(self.servers)}
        self.place[constants["Nobody"]] = -1
        self.values = frozenset(constants["Value"])
        self.max_term: int = constants["MaxTerm"]
        self.max_length: int = constants["MaxLength"]
        self.max_messages: int = constants["MaxMessages"]
        self.max_restarts: int = constants["MaxRestarts"]
        self.quorum = frozenset(
            mask for mask in range(1 << self.size) if 2 * mask.bit_count() > self.size
        )
        self.ones = (1,) * self.size
        self.zeros = (0,) * self.size
        self.is_step: dict[str, Callable[[State, tuple[Any, ...], State], bool]] = {
            "Restart": self.restart,
            "Timeout": self.timeout,
            "AskVote": self.ask_vote,
            "BecomeLeader": self.become_leader,
            "Request": self.request,
            "AppendEntries": self.append_entries,
            "Commit": self.commit,
            "NoteTerm": self.note_term,
            "DropStale": self.drop_stale,
            "HandleVoteRequest": self.handle_vote_request,
            "HandleVoteReply": self.handle_vote_reply,
            "HandleAppend": self.handle_append,
            "HandleAppendReply": self.handle_append_reply,
        }

    def plain(self, state: Sequence[Any]) -> State:
        """Return a state of the spec, variables in its order, as this checker's."""
        term, role, vote, log, committed, granted, next_, match, net, restarts = state
        every = self.servers
        return (
            tuple(term[s] for s in every),
            tuple(role[s] for s in every),
            tuple(self.place[vote[s]] for s in every),
            tuple(self._entries(log[s]) for s in every),
            tuple(committed[s] for s in every),
            tuple(sum(1 << self.place[t] for t in granted[s]) for s in every),
            tuple(tuple(next_[s][t] for t in every) for s in every),
            tuple(tuple(match[s][t] for t in every) for s in every),
            {self._message(m): net[m] for m in net or ()},
            restarts,
        )

    def given(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return an action's arguments: servers as places, a value as it is."""
        return tuple(self.place.get(each, each) for each in arguments)

    @staticmethod
    def _entries(log: tuple[Any, ...]) -> tuple[tuple[int, Value], ...]:
        return tuple((entry["term"], entry["value"]) for entry in log)

    def _message(self, m: Any) -> Message:  # noqa: ANN401 - a record
        kind = m["kind"]
        head = (kind, self.place[m["from"]], self.place[m["to"]], m["term"])
        if kind == "vote?":
            return (*head, m["lastTerm"], m["length"])
        if kind == "vote!":
            return (*head, bool(m["yes"]))
        if kind == "append?":
            entries = self._entries(m["entries"])
            return (*head, m["before"], m["beforeTerm"], entries, m["commit"])
        return (*head, bool(m["ok"]), m["length"])

    # ---------------------------------------------------------- by a server

    def restart(self, a: State, given: tuple[int], b: State) -> bool:
        """Whether it is a step of Restart."""
        (s,) = given
        return (
            a[9] < self.max_restarts
            and b[9] == a[9] + 1
            and b[1] == (*a[1][:s], "follower", *a[1][s + 1 :])
            and b[5] == (*a[5][:s], 0, *a[5][s + 1 :])
            and b[6] == (*a[6][:s], self.ones, *a[6][s + 1 :])
            and b[7] == (*a[7][:s], self.zeros, *a[7][s + 1 :])
            and b[4] == (*a[4][:s], 0, *a[4][s + 1 :])
            and a[0] == b[0]
            and a[2:4] == b[2:4]
            and a[8] == b[8]
        )

    def timeout(self, a: State, given: tuple[int], b: State) -> bool:
        """Whether it is a step of Timeout."""
        (s,) = given
        term = a[0][s]
        return (
            a[1][s] != "leader"
            and term < self.max_term
            and b[0] == (*a[0][:s], term + 1, *a[0][s + 1 :])
            and b[1] == (*a[1][:s], "candidate", *a[1][s + 1 :])
            and b[2] == (*a[2][:s], s, *a[2][s + 1 :])
            and b[5] == (*a[5][:s], 1 << s, *a[5][s + 1 :])
            and a[3:5] == b[3:5]
            and a[6:] == b[6:]
        )

    def ask_vote(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of AskVote."""
        s, t = given
        if a[1][s] != "candidate" or a[5][s] >> t & 1:
            return False
        log = a[3][s]
        last = log[-1][0] if log else 0
        m = ("vote?", s, t, a[0][s], last, len(log))
        return a[:8] == b[:8] and a[9] == b[9] and self._sent(m, a[8], b[8])

    def become_leader(self, a: State, given: tuple[int], b: State) -> bool:
        """Whether it is a step of BecomeLeader."""
        (s,) = given
        first = (len(a[3][s]) + 1,) * self.size
        return (
            a[1][s] == "candidate"
            and a[5][s] in self.quorum
            and b[1] == (*a[1][:s], "leader", *a[1][s + 1 :])
            and b[6] == (*a[6][:s], first, *a[6][s + 1 :])
            and b[7] == (*a[7][:s], self.zeros, *a[7][s + 1 :])
            and a[0] == b[0]
            and a[2:6] == b[2:6]
            and a[8:] == b[8:]
        )

    def request(self, a: State, given: tuple[int, Any], b: State) -> bool:
        """Whether it is a step of Request."""
        s, value = given
        log = a[3]
        return (
            a[1][s] == "leader"
            and value in self.values
            and len(log[s]) < self.max_length
            and b[3] == (*log[:s], (*log[s], (a[0][s], value)), *log[s + 1 :])
            and a[:3] == b[:3]
            and a[4:] == b[4:]
        )

    def append_entries(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of AppendEntries."""
        s, t = given
        if s == t or a[1][s] != "leader":
            return False
        log, first = a[3][s], a[6][s][t]
        before, last = first - 1, min(len(log), first)
        then = log[before - 1][0] if before else 0
        commit = min(a[4][s], last)
        m = ("append?", s, t, a[0][s], before, then, log[before:last], commit)
        return a[:8] == b[:8] and a[9] == b[9] and self._sent(m, a[8], b[8])

    def commit(self, a: State, given: tuple[int], b: State) -> bool:
        """Whether it is a step of Commit."""
        (s,) = given
        log, match = a[3][s], a[7][s]
        if a[1][s] != "leader":
            return False
        most = 0
        for n in range(1, len(log) + 1):
            has = 1 << s
            for t, known in enumerate(match):
                if known >= n:
                    has |= 1 << t
            if has in self.quorum:
                most = n
        return (
            most > a[4][s]
            and log[most - 1][0] == a[0][s]
            and b[4] == (*a[4][:s], most, *a[4][s + 1 :])
            and a[:4] == b[:4]
            and a[5:] == b[5:]
        )

    # --------------------------------------------------------- on a message

    def note_term(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of NoteTerm."""
        s, t = given
        term, new = a[0][t], b[0][t]
        return (
            new > term
            and any(m[1] == s and m[2] == t and m[3] == new for m in a[8])
            and b[0] == (*a[0][:t], new, *a[0][t + 1 :])
            and b[1] == (*a[1][:t], "follower", *a[1][t + 1 :])
            and b[2] == (*a[2][:t], -1, *a[2][t + 1 :])
            and a[3:] == b[3:]
        )

    def drop_stale(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of DropStale."""
        s, t = given
        if a[:8] != b[:8] or a[9] != b[9]:
            return False
        term = a[0][t]
        for m in a[8]:
            late = m[3] < term and m[1] == s and m[2] == t and m[0][-1] == "!"
            if late and self._changed(m, None, a[8], b[8]):
                return True
        return False

    def handle_vote_request(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of HandleVoteRequest."""
        s, t = given
        if a[:2] != b[:2] or a[3:8] != b[3:8] or a[9] != b[9]:
            return False
        term, log, votes = a[0][t], a[3][t], a[2]
        mine = (log[-1][0] if log else 0, len(log))
        for m in a[8]:
            if m[0] != "vote?" or m[1] != s or m[2] != t or m[3] > term:
                continue
            grant = m[3] == term and m[4:] >= mine and votes[t] in (-1, s)
            after = (*votes[:t], s, *votes[t + 1 :]) if grant else votes
            answer = ("vote!", t, s, term, grant)
            if b[2] == after and self._changed(m, answer, a[8], b[8]):
                return True
        return False

    def handle_vote_reply(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of HandleVoteReply."""
        s, t = given
        if a[:5] != b[:5] or a[6:8] != b[6:8] or a[9] != b[9]:
            return False
        granted = a[5]
        for m in a[8]:
            if m[0] != "vote!" or m[1] != s or m[2] != t or m[3] != a[0][t]:
                continue
            after = granted
            if m[4] and a[1][t] == "candidate":
                after = (*granted[:t], granted[t] | 1 << s, *granted[t + 1 :])
            if b[5] == after and self._changed(m, None, a[8], b[8]):
                return True
        return False

    def handle_append(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of HandleAppend."""
        s, t = given
        if a[0] != b[0] or a[2] != b[2] or a[5:8] != b[5:8] or a[9] != b[9]:
            return False
        term, own = a[0][t], a[3][t]
        for m in a[8]:
            if m[0] != "append?" or m[1] != s or m[2] != t or m[3] > term:
                continue
            before = m[4]
            fits = not before or (before <= len(own) and own[before - 1][0] == m[5])
            if m[3] < term or not fits:
                answer: Message = ("append!", t, s, term, False, 0)
                changed = a[1] == b[1] and a[3:5] == b[3:5]
            else:
                answer = ("append!", t, s, term, True, before + len(m[6]))
                changed = self._accepted(m, t, a, b)
            if changed and self._changed(m, answer, a[8], b[8]):
                return True
        return False

    @staticmethod
    def _accepted(m: Message, t: int, a: State, b: State) -> bool:
        before, entries, commit = m[4], m[6], m[7]
        log, committed = a[3], a[4]
        own = log[t]
        if entries and not (len(own) > before and own[before][0] == entries[0][0]):
            own = own[:before] + entries
        most = max(commit, committed[t])
        return bool(
            b[1] == (*a[1][:t], "follower", *a[1][t + 1 :])
            and b[3] == (*log[:t], own, *log[t + 1 :])
            and b[4] == (*committed[:t], most, *committed[t + 1 :])
        )

    def handle_append_reply(self, a: State, given: tuple[int, int], b: State) -> bool:
        """Whether it is a step of HandleAppendReply."""
        s, t = given
        if a[:6] != b[:6] or a[9] != b[9]:
            return False
        nexts, matches = a[6], a[7]
        for m in a[8]:
            if m[0] != "append!" or m[1] != s or m[2] != t or m[3] != a[0][t]:
                continue
            match = matches[t]
            first = max(nexts[t][s] - 1, 1)
            if m[4]:
                first = m[5] + 1
                match = (*match[:s], m[5], *match[s + 1 :])
            row = (*nexts[t][:s], first, *nexts[t][s + 1 :])
            if (
                b[6] == (*nexts[:t], row, *nexts[t + 1 :])
                and b[7] == (*matches[:t], match, *matches[t + 1 :])
                and self._changed(m, None, a[8], b[8])
            ):
                return True
        return False

    # ---------------------------------------------------------- the network

    def _sent(self, m: Message, before: Bag, after: Bag) -> bool:
        """Whether m was sent, of which kind none was on its way there."""
        kind, s, t = m[:3]
        if sum(before.values()) >= self.max_messages:
            return False
        if any(n[0] == kind and n[1] == s and n[2] == t for n in before):
            return False
        expected = dict(before)
        expected[m] = 1
        return expected == after

    @staticmethod
    def _changed(m: Message, answer: Message | None, before: Bag, after: Bag) -> bool:
        """Whether one m went, and one answer came."""
        expected = dict(before)
        if expected[m] == 1:
            del expected[m]
        else:
            expected[m] -= 1
        if answer is not None:
            expected[answer] = expected.get(answer, 0) + 1
        return expected == after
