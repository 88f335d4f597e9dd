"""A judge of two-phase commit's traces, written by hand after the spec.

So these tests need no Java.  The judge of record is the spec itself: replay
puts the same traces to it elsewhere.
"""

# The judge's methods are the actions of the spec, and named like them.
# ruff: noqa: N802

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pyspec.trace.model import Call, Observation, Skip, Trace, Unknown
from pyspec.values import Value, apply, fn, record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Disabled(Exception):
    """A conjunct of the action is false."""


def require(condition: bool) -> None:  # noqa: FBT001 - a conjunct
    if not condition:
        raise Disabled


class Judge:
    """The state of TwoPhaseCommit and its actions."""

    def __init__(self, rms: frozenset[Value]) -> None:
        self.all = rms
        self.rm_state: dict[Value, str] = dict.fromkeys(rms, "working")
        self.rm_log: dict[Value, tuple[str, ...]] = dict.fromkeys(rms, ())
        self.tm_state = "init"
        self.tm_log: tuple[str, ...] = ()
        self.prepared: frozenset[Value] = frozenset()
        self.acked: frozenset[Value] = frozenset()
        self.net: Counter[Value] = Counter()

    def step(self, call: Call) -> None:
        """Take the step; Disabled if the spec does not allow it."""
        arguments = [
            each for each in call.arguments or () if not isinstance(each, Unknown)
        ]
        getattr(self, call.action)(*arguments)

    def value(self, observation: Observation) -> Value:
        values: dict[str, Value] = {
            "rmState": fn(self.rm_state),
            "rmLog": fn(self.rm_log),
            "tmState": self.tm_state,
            "tmLog": self.tm_log,
            "tmPrepared": self.prepared,
            "tmAcked": self.acked,
            "net": fn({m: n for m, n in self.net.items() if n}),
        }
        found = values[observation.path.root]
        for selector in observation.path.selectors:
            found = apply(found, selector)
        return found

    def send(self, kind: str, rm: Value) -> None:
        self.net[record(type=kind, rm=rm)] += 1

    def receive(self, kind: str, rm: Value) -> None:
        self.LoseMessage(record(type=kind, rm=rm))

    def decide(self, decision: str) -> None:
        self.tm_state = decision
        self.tm_log = (decision,)

    def force(self, rm: Value, entry: str) -> None:
        self.rm_state[rm] = entry
        self.rm_log[rm] += (entry,)

    def TMSendPrepare(self, rm: Value) -> None:
        require(self.tm_state == "init")
        require(rm not in self.prepared)
        self.send("Prepare", rm)

    def TMRcvPrepared(self, rm: Value) -> None:
        require(self.tm_state == "init")
        self.receive("Prepared", rm)
        self.prepared |= {rm}

    def TMRcvRefused(self, rm: Value) -> None:
        require(self.tm_state == "init")
        self.receive("Refused", rm)
        self.decide("aborted")

    def TMCommit(self) -> None:
        require(self.tm_state == "init")
        require(self.prepared == self.all)
        self.decide("committed")

    def TMAbort(self) -> None:
        require(self.tm_state == "init")
        self.decide("aborted")

    def TMSendDecision(self, rm: Value) -> None:
        require(self.tm_state in {"committed", "aborted"})
        require(rm not in self.acked)
        self.send("Commit" if self.tm_state == "committed" else "Abort", rm)

    def TMRcvAck(self, rm: Value) -> None:
        require(self.tm_state in {"committed", "aborted"})
        self.receive("Ack", rm)
        self.acked |= {rm}

    def TMCrash(self) -> None:
        require(self.tm_state != "crashed")
        self.tm_state = "crashed"
        self.prepared = self.acked = frozenset()

    def TMRestart(self) -> None:
        require(self.tm_state == "crashed")
        self.decide(self.tm_log[0] if self.tm_log else "aborted")

    def RMPrepare(self, rm: Value) -> None:
        require(self.rm_state[rm] == "working")
        self.receive("Prepare", rm)
        self.force(rm, "prepared")
        self.send("Prepared", rm)

    def RMVoteAgain(self, rm: Value) -> None:
        require(self.rm_state[rm] == "prepared")
        self.receive("Prepare", rm)
        self.send("Prepared", rm)

    def RMRefuse(self, rm: Value) -> None:
        require(self.rm_state[rm] == "aborted")
        self.receive("Prepare", rm)
        self.send("Refused", rm)

    def RMChooseToAbort(self, rm: Value) -> None:
        require(self.rm_state[rm] == "working")
        self.force(rm, "aborted")
        self.send("Refused", rm)

    def RMRcvCommitMsg(self, rm: Value) -> None:
        require(self.rm_state[rm] in {"prepared", "committed"})
        self.receive("Commit", rm)
        if self.rm_state[rm] == "prepared":
            self.force(rm, "committed")
        self.send("Ack", rm)

    def RMRcvAbortMsg(self, rm: Value) -> None:
        require(self.rm_state[rm] in {"working", "prepared", "aborted"})
        self.receive("Abort", rm)
        if self.rm_state[rm] != "aborted":
            self.force(rm, "aborted")
        self.send("Ack", rm)

    def RMCrash(self, rm: Value) -> None:
        require(self.rm_state[rm] != "crashed")
        self.rm_state[rm] = "crashed"

    def RMRestart(self, rm: Value) -> None:
        require(self.rm_state[rm] == "crashed")
        if self.rm_log[rm]:
            self.rm_state[rm] = self.rm_log[rm][-1]
        else:
            self.force(rm, "aborted")

    def LoseMessage(self, message: Value) -> None:
        require(self.net[message] > 0)
        self.net[message] -= 1

    def DuplicateMessage(self, message: Value) -> None:
        require(self.net[message] > 0)
        self.net[message] += 1


def holds(judge: Judge, observations: Sequence[Observation]) -> bool:
    return all(judge.value(each) == each.value for each in observations)


def find_rejected(trace: Trace) -> int | None:
    """Return the number of the first event that is no step, None if all are."""
    rms = trace.constants["RM"]
    assert isinstance(rms, frozenset)
    judge = Judge(rms)
    assert holds(judge, trace.init)
    for event in trace.events:
        (step,) = event.steps
        try:
            if isinstance(step, Call):
                judge.step(step)
            else:
                assert isinstance(step, Skip)
        except Disabled:
            return event.number
        if not holds(judge, event.observations):
            return event.number
    return None


@pytest.fixture(scope="session")
def rejected() -> Callable[[Trace], int | None]:
    """Give the judge: a trace's first event that is no step of the spec."""
    return find_rejected
