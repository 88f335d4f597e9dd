"""Logs of several processes: five of them with 200 events each, and no total order.

    python tools/bench/logs.py [--events N] [--write FOLDER]

Random walks of a spec, seeded, are dealt out to processes: with vector clocks, or
with nothing to tell the order.  `--write` leaves the logs there as files.  Every
row is a verdict of its own; in a broken execution one event says what cannot be.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pyspec.conformance import load_spec
from pyspec.conformance.together import decide_together
from pyspec.tla2tools import find_toolchain
from pyspec.trace import write_trace
from pyspec.trace.model import UNKNOWN, Call, Event, Observation, Relation, Trace
from pyspec.trace.model import Path as Seen
from pyspec.values import ModelValue, apply, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspec.values import Value

HERE: Final = Path(__file__).parent
COMMIT: Final = HERE.parents[1] / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
SEED: Final = 7


@dataclass
class Walked:
    """A walk that is being dealt out: each message carries its sender's clock."""

    names: tuple[str, ...]
    clocked: bool
    logs: dict[str, list[Event]] = field(default_factory=dict)
    clocks: dict[str, dict[str, int]] = field(default_factory=dict)
    net: list[tuple[Value, dict[str, int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with empty logs."""
        self.logs = {name: [] for name in self.names}
        self.clocks = {name: dict.fromkeys(self.names, 0) for name in self.names}

    def has(self, message: Value) -> bool:
        """Whether a message is in flight."""
        return any(message == each for each, _ in self.net)

    def happens(
        self,
        name: str,
        step: Call,
        *,
        takes: Value | None = None,
        sends: Value | None = None,
        seen: tuple[Observation, ...] = (),
    ) -> None:
        """Record an event of a process that takes a message, sends one, or both."""
        clock = dict(self.clocks[name])
        clock[name] += 1
        if takes is not None:
            place = next(n for n, (each, _) in enumerate(self.net) if each == takes)
            _, other = self.net.pop(place)
            clock = {each: max(clock[each], other[each]) for each in self.names}
        self.clocks[name] = clock
        if sends is not None:
            self.net.append((sends, clock))
        log = self.logs[name]
        told = clock if self.clocked else None
        log.append(Event(len(log) + 1, (step,), seen, process=name, clock=told))

    def traces(self, module: str, constants: dict[str, Value]) -> list[Trace]:
        """Return the logs."""
        return [
            Trace(module, tuple(log), constants=constants, file=f"{name}.trace")
            for name, log in self.logs.items()
        ]


# ------------------------------------------------------------ letters


def mail(seed: int, events: int, *, clocked: bool, broken: bool) -> list[Trace]:
    """Return logs of five processes that send letters, for tools/bench/specs/Mail."""
    dice = random.Random(seed)  # noqa: S311 - to be repeated
    names = tuple(f"p{number}" for number in range(5))
    value = {name: ModelValue(name) for name in names}
    walked = Walked(names, clocked)
    while left := [n for n in names if len(walked.logs[n]) < events]:
        name = dice.choice(left)
        done = len(walked.logs[name])
        mine = [m for m, _ in walked.net if apply(m, "to") == value[name]]
        seen = (_equals("done", value[name], done + 1),)
        if mine and dice.random() < 0.6:  # noqa: PLR2004 - so that the net stays small
            letter = dice.choice(mine)
            step = Call("Receive", (letter,))
            walked.happens(name, step, takes=letter, seen=seen)
        else:
            to = value[dice.choice([n for n in names if n != name])]
            fields: dict[str, Value] = {"from": value[name], "to": to, "k": done}
            letter = record(**fields)
            step = Call("Send", (value[name], to))
            walked.happens(name, step, sends=letter, seen=seen)
    if broken:
        _break(walked.logs["p2"], events // 2, "Receive", _other_letter)
    return walked.traces("Mail", {"P": frozenset(value.values())})


def _other_letter(step: Call) -> Call:
    """Return the receipt of a letter that nobody sent."""
    (letter,) = step.arguments or ()
    assert letter is not UNKNOWN  # noqa: S101 - it was made above
    fields = {name: apply(letter, name) for name in ("from", "to")}
    other: Value = record(**{"from": fields["from"], "to": fields["to"], "k": 10_000})
    return Call("Receive", (other,))


# ------------------------------------------------------------ two-phase commit


def commit(seed: int, events: int, *, clocked: bool, broken: bool) -> list[Trace]:
    """Return logs of a TM and four RMs, for TwoPhaseCommit, which commit.

    The TM asks and tells again and again, and the RMs repeat themselves.
    """
    dice = random.Random(seed)  # noqa: S311 - to be repeated
    names = ("tm", "r1", "r2", "r3", "r4")
    rms = [ModelValue(name) for name in names[1:]]
    walked = Walked(names, clocked)
    run = _Commit(walked, dice, dict.fromkeys(names, "working"))
    while any(len(log) < events for log in walked.logs.values()):
        name = dice.choice([n for n in names if len(walked.logs[n]) < events])
        (run.tm if name == "tm" else run.rm)(dice.choice(rms), name, events)
    if broken:
        _break(walked.logs["r3"], events // 2, "RMRcvCommitMsg", _abort_instead)
    return walked.traces("TwoPhaseCommit", {"RM": frozenset(rms)})


def _abort_instead(step: Call) -> Call:
    return replace(step, action="RMRcvAbortMsg")


@dataclass
class _Commit:
    """What the processes of two-phase commit do, at random."""

    walked: Walked
    dice: random.Random
    states: dict[str, str]
    prepared: set[ModelValue] = field(default_factory=set)

    def tm(self, rm: ModelValue, name: str, events: int) -> None:
        """Let the TM do something with an RM."""
        decided = self.states["tm"] == "committed"
        answer = _message("Ack" if decided else "Prepared", rm)
        if self.walked.has(answer) and self.dice.random() < 0.7:  # noqa: PLR2004 - answers first
            action = "TMRcvAck" if decided else "TMRcvPrepared"
            self.prepared.add(rm)
            self.walked.happens(name, Call(action, (rm,)), takes=answer)
        elif decided:
            step, told = Call("TMSendDecision", (rm,)), _message("Commit", rm)
            if not self._is_acknowledged(rm):
                self.walked.happens(name, step, sends=told)
            else:
                self._crash(name)
        elif len(self.prepared) == 4 and len(self.walked.logs[name]) > events // 3:  # noqa: PLR2004 - RMs
            self.states["tm"] = "committed"
            self.walked.happens(name, Call("TMCommit"))
        elif rm not in self.prepared:
            step, asks = Call("TMSendPrepare", (rm,)), _message("Prepare", rm)
            self.walked.happens(name, step, sends=asks)
        elif len(self.prepared) == 4:  # noqa: PLR2004 - RMs
            self.states["tm"] = "committed"
            self.walked.happens(name, Call("TMCommit"))

    def _is_acknowledged(self, rm: ModelValue) -> bool:
        done = False
        for event in self.walked.logs["tm"]:
            (step,) = event.steps
            assert isinstance(step, Call)  # noqa: S101 - it was made above
            done = (
                done or step == Call("TMRcvAck", (rm,))
            ) and step.action != "TMCrash"
        return done

    def _crash(self, name: str) -> None:
        """Forget who has acknowledged."""
        self.walked.happens(name, Call("TMCrash"))
        self.walked.happens(name, Call("TMRestart"))

    def rm(self, rm: ModelValue, name: str, events: int) -> None:
        """Let an RM do something."""
        del rm, events
        me = ModelValue(name)
        step = self._answer(me, name)
        if step is not None:
            action, takes, sends = step
            self.walked.happens(name, Call(action, (me,)), takes=takes, sends=sends)
        elif self.dice.random() < 0.3 and self.states[name] != "working":  # noqa: PLR2004 - crashes are rare
            self.walked.happens(name, Call("RMCrash", (me,)))
            self.walked.happens(name, Call("RMRestart", (me,)))

    def _answer(self, me: ModelValue, name: str) -> tuple[str, Value, Value] | None:
        asked, told = _message("Prepare", me), _message("Commit", me)
        if self.walked.has(told):
            self.states[name] = "committed"
            return "RMRcvCommitMsg", told, _message("Ack", me)
        if self.walked.has(asked) and self.states[name] != "committed":
            again = self.states[name] == "prepared"
            self.states[name] = "prepared"
            action = "RMVoteAgain" if again else "RMPrepare"
            return action, asked, _message("Prepared", me)
        return None


def _message(kind: str, rm: ModelValue) -> Value:
    return record(type=kind, rm=rm)


# ------------------------------------------------------------ both


def _equals(variable: str, key: Value, value: Value) -> Observation:
    return Observation(Seen(variable, (), (key,)), Relation.EQUALS, value, primed=True)


def _break(
    log: list[Event], after: int, action: str, other: Callable[[Call], Call]
) -> None:
    """Exchange a step of this action, late in a log, for another one."""
    for place, event in enumerate(log):
        (step,) = event.steps
        if isinstance(step, Call) and step.action == action and place > after:
            log[place] = replace(event, steps=(other(step),))
            return


class Row(NamedTuple):
    """What was decided, and what it took."""

    name: str
    verdict: str
    matched: str
    cpu_s: float
    wall_s: float


def rows(events: int, folder: Path | None = None) -> Iterator[Row]:
    """Decide on each execution."""
    toolchain = cache(find_toolchain)
    for make, file in ((mail, HERE / "specs/Mail.tla"), (commit, COMMIT)):
        spec = load_spec(toolchain, file)
        for clocked in (True, False):
            for broken in (False, True):
                traces = make(SEED, events, clocked=clocked, broken=broken)
                order = "clocks" if clocked else "no order"
                name = f"{file.stem}, {order}, {'broken' if broken else 'conforming'}"
                if folder is not None:
                    write(traces, folder / name.replace(", ", "_").replace(" ", "_"))
                began, cpu = time.perf_counter(), time.process_time()
                found = decide_together(spec, traces, toolchain)
                took = time.process_time() - cpu, time.perf_counter() - began
                matched = f"{found.matched} of {found.execution.total}"
                yield Row(name, found.judgement.value, matched, *took)


def write(traces: list[Trace], folder: Path) -> None:
    """Write logs as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for trace in traces:
        (folder / str(trace.file)).write_text(write_trace(trace), encoding="utf-8")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="Logs of several processes.")
    parser.add_argument("--events", type=int, default=200, help="of each process")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep the logs")
    given = parser.parse_args()
    print("| execution | verdict | matched | CPU s (wall) |\n|---|---|---|---|")
    for row in rows(given.events, given.write):
        took = f"{row.cpu_s:.1f} ({row.wall_s:.1f})"
        print(f"| {row.name} | {row.verdict} | {row.matched} | {took} |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak of memory: {peak:.0f} MB")


if __name__ == "__main__":
    main()
