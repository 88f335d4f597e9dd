"""Traces against their spec: what replay costs, in all and in each of its parts.

CPU seconds of this process, or of a whole command with its children; every
ratio is of two things that were measured alternately in one run.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import data_module  # type: ignore[import-not-found]  # a script

from pyspec import load
from pyspec.conformance import Limits, NativeEngine, TlcEngine, ask, load_spec
from pyspec.tla2tools import Config, find_toolchain, read_config
from pyspec.trace import read_trace, write_trace
from pyspec.trace.model import UNKNOWN, Call, Event, Observation, Relation, Trace
from pyspec.trace.model import Path as Place
from pyspec.values import ModelValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.conformance import Question, Verdict
    from pyspec.language.program import Spec
    from pyspec.language.state import State
    from pyspec.tla2tools import Toolchain
    from pyspec.values import Value

HERE = Path(__file__).parent
COMMIT = HERE.parents[1] / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
RAFT = HERE / "specs/RaftLike.tla"
EVENTS = 10_000
FAULTS = {
    "LoseMessage", "DuplicateMessage", "RMCrash", "TMCrash", "TMAbort",
    "RMChooseToAbort", "RMVoteAgain", "RMRefuse",
}  # fmt: skip
ONCE = {"TMSendPrepare", "TMSendDecision"}


def rows(repeat: int, *, long: bool = False) -> Iterator[str]:
    """Return rows: what, ours, the peer's, their ratio, and its bound."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for module in (COMMIT, RAFT):
            yield from from_file(module, folder, repeat)
        yield one_more(repeat)
        yield from sixteen(repeat)
        yield from hidden(repeat)
        if long:
            yield from million(folder)


# ------------------------------------------------------------ many events


def from_file(module: Path, folder: Path, repeat: int) -> Iterator[str]:
    """Decoding against checking, and the command against TLC fed with literals."""
    file = folder / f"{module.stem}.trace"
    config = read_config(HERE / f"specs/{module.stem}_replay.cfg")
    made = walked(load(module, config), config.constants)
    file.write_text(write_trace(made))
    spec = load_spec(toolchain(), module)
    engine = NativeEngine(toolchain)
    decide(engine, [ask(spec, read_trace(file))])
    decoding, checking = [], []
    for _ in range(repeat):
        took, trace = seconds(lambda: read_trace(file))
        decoding.append(took)
        took, _ = seconds(partial(decide, engine, [ask(spec, trace)]))
        checking.append(took)
    what = f"{len(made.events):,} events of {module.stem}"
    yield told(f"{what}: decoding; checking", decoding, checking, 1.0)
    command = [sys.executable, "-m", "pyspec", "replay", str(file), f"--spec={module}"]
    ours = [cpu_of(command) for _ in range(repeat)]
    peer = [cpu_of([*command, "--engine=tlc"])]
    yield told(f"{what}: the command; with TLC and literals", ours, peer, 0.2)
    with tempfile.TemporaryDirectory(prefix="fed-") as fed:
        data = data_module.command(trace, module, Path(fed), toolchain())
        if data is None:
            yield f"| {what}: TLC fed by a Java class | not measured: no javac | | | |"
            return
        ours, peer = [], []
        for _ in range(repeat):
            ours.append(cpu_of(command))
            peer.append(cpu_of(data, fed))
        yield told(f"{what}: the command; TLC fed by a Java class", ours, peer, 1.0)


def walked(spec: Spec, constants: Mapping[str, Value]) -> Trace:
    """A random walk that observes one variable of those that change."""
    chance = random.Random(1)  # noqa: S311 - to be repeated
    state, events = next(iter(spec.initial_states())), list[Event]()
    while len(events) < EVENTS:
        steps = [s for s in spec.successors(state) if s.state != state]
        if not steps:
            break
        name = chance.choice(sorted({step.action for step in steps}))
        step = chance.choice([step for step in steps if step.action == name])
        seen = [
            Observation(Place(variable), Relation.EQUALS, new, primed=True)
            for variable, old, new in zip(
                spec.variables, state, step.state, strict=True
            )
            if old != new
        ]
        call = Call(step.action, step.arguments)
        events.append(Event(len(events) + 1, (call,), tuple(seen[:1])))
        state = step.state
    return Trace(spec.name, tuple(events), constants=dict(constants))


def one_more(repeat: int) -> str:
    """What one more trace of 20 events costs, against a run of TLC on it."""
    config = read_config(HERE / "specs/TwoPhaseCommit_replay.cfg")
    whole = walked(load(COMMIT, config), config.constants)
    spec = load_spec(toolchain(), COMMIT)
    question = ask(spec, replace(whole, events=whole.events[:20]))
    engine = NativeEngine(toolchain)
    few, many = 100, 500
    decide(engine, [question])
    ours = []
    for _ in range(repeat):
        less, _ = seconds(lambda: decide(engine, [question] * few))
        more, _ = seconds(lambda: decide(engine, [question] * many))
        ours.append((more - less) / (many - few))
    peer = [
        children_s(lambda: TlcEngine(toolchain()).decide([question]))
        for _ in range(repeat)
    ]
    return told("one more trace of 20 events; a run of TLC", ours, peer, 1 / 200)


# ------------------------------------------------------------ many states


def sixteen(repeat: int) -> Iterator[str]:
    """16 RMs, 90 events, nothing but the names of actions."""
    spec = load_spec(toolchain(), COMMIT)
    whole = names_only(16, 90, seed=1)
    engine = NativeEngine(toolchain, Limits(explained=0))
    decide(engine, [ask(spec, replace(whole, events=whole.events[:2]))])
    traces = {"conforms": whole}
    for place in (0, 30, 60, 89):
        events = (*whole.events[:place], *whole.events[place + 1 :])
        name = whole.events[place].steps[0]
        assert isinstance(name, Call)  # noqa: S101 - as it was made
        traces[f"without event {place + 1}, {name.action}"] = replace(
            whole, events=events
        )
    for what, trace in traces.items():
        ours, said = [], ""
        for _ in range(repeat):
            took, verdicts = seconds(partial(engine.decide, [ask(spec, trace)]))
            ours.append(took)
            said = verdicts[0].headline
        yield f"| 16 RMs, 90 names; {what} | {middle(ours):.2f} | {said} | | 5 s |"


def names_only(managers: int, length: int, seed: int) -> Trace:
    """A transaction without faults in which everybody is as fast as it happens."""
    names = frozenset(ModelValue(f"r{n}") for n in range(1, managers + 1))
    spec = load(COMMIT, Config(init="Init", next="Next", constants={"RM": names}))
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    state, events, sent = next(iter(spec.initial_states())), list[Event](), set()
    while len(events) < length:
        steps = [
            step
            for step in spec.successors(state)
            if step.action not in FAULTS
            and not (step.action in ONCE and (step.action, step.arguments) in sent)
        ]
        step = chance.choice(steps)
        sent.add((step.action, step.arguments))
        call = Call(step.action, (UNKNOWN,) * len(step.arguments))
        events.append(Event(len(events) + 1, (call,)))
        state = step.state
    return Trace("TwoPhaseCommit", tuple(events), constants={"RM": names})


def hidden(repeat: int) -> Iterator[str]:
    """Unknown actions, five variables observed and five not; against a filter."""
    spec, engine = load_spec(toolchain(), RAFT), NativeEngine(toolchain)
    whole = read_trace(HERE / "traces/raft_hidden.trace")
    config = read_config(HERE / "specs/RaftLike_replay.cfg")
    peer_spec = load(RAFT, replace(config, constants=whole.constants))
    place = max(
        n
        for n, event in enumerate(whole.events[:-1])
        if n and event.observations != whole.events[n - 1].observations
    )
    dropped = (*whole.events[:place], *whole.events[place + 1 :])
    for what, trace in {
        "conforms": whole,
        f"without event {place + 1}": replace(whole, events=dropped),
    }.items():
        question = ask(spec, trace)
        decide(engine, [question])
        ours = [seconds(partial(engine.decide, [question]))[0] for _ in range(repeat)]
        matched = engine.decide([question])[0].matched
        most_s = ENOUGH * middle(ours)
        took, by_filter = seconds(partial(filtered, peer_spec, trace, most_s))
        if by_filter not in {None, matched}:
            raise SystemExit(f"{matched} events matched, {by_filter} by the filter")
        ended = "" if by_filter is not None else "; the filter was ended"
        rate = f"{matched / middle(ours):,.0f} events/s{ended}"
        name = f"Raft, unknown actions, 5 of 10 variables ({what}; {rate})"
        yield told(name, ours, [took], 1 / 40)


ENOUGH = 300
"""The filter may take so many times as long as we do: it is 40 that we promise."""


def filtered(spec: Spec, trace: Trace, most_s: float) -> int | None:
    """Match events the plain way: all successors, then those that were observed.

    None if it took too long.
    """
    states, matched, until = set(spec.initial_states()), 0, time.process_time() + most_s
    for event in trace.events:
        wanted = [
            (spec.variables.index(seen.path.root), seen.value)
            for seen in event.observations
        ]
        after: set[State] = set()
        for state in states:
            after |= {
                step.state
                for step in spec.successors(state)
                if step.state != state and all(step.state[n] == v for n, v in wanted)
            }
            if time.process_time() > until:
                return None
        states = after
        if not states:
            break
        matched += 1
    return matched


def million(folder: Path) -> Iterator[str]:
    """A hundred thousand events, and ten times as many."""
    for thousands in (100, 1_000):
        file = folder / "long.trace"
        with file.open("w") as stream:
            stream.write(
                "---- TRACE TwoPhaseCommit ----\nCONSTANT RM = {r1, r2, r3}\n"
                "1  TMSendPrepare(r1)\n2  RMPrepare(r1)\n"
            )
            for number in range(3, thousands * 1_000 + 1, 4):
                for more, text in enumerate(LOOP):
                    stream.write(f"{number + more} @tm t={number + more}us {text}\n")
        command = [sys.executable, "-m", "pyspec", "replay", str(file)]
        took = cpu_of(command)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        yield f"| {thousands},000 events | {took:.1f} | at most {peak} MB | | |"


LOOP = (
    'TMSendPrepare(r1) /\\ tmState\' = "init"',
    'RMVoteAgain(r1) /\\ rmState[r1]\' = "prepared"',
    'LoseMessage([type |-> "Prepared", rm |-> r1])',
    "RMCrash(r2) ; RMRestart(r2)",
)


# ------------------------------------------------------------ measuring


@cache
def toolchain() -> Toolchain:
    """Return Java and the jar."""
    return find_toolchain()


def decide(engine: NativeEngine, questions: Sequence[Question]) -> list[Verdict]:
    """Answer; all must conform."""
    verdicts = engine.decide(questions)
    for verdict in verdicts:
        if verdict.headline != "conforms":
            raise SystemExit(f"{verdict.question.name}: {verdict.headline}")
    return verdicts


def seconds(what: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of this process that something takes, and its result."""
    began = time.process_time()
    found = what()
    return time.process_time() - began, found


def children_s(what: Callable[[], object]) -> float:
    """Return the CPU seconds of all children that something starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    what()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu_of(command: Sequence[str], folder: str | None = None) -> float:
    """Return the CPU seconds of a command with its children."""
    return children_s(
        lambda: subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
    )


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def told(what: str, ours: Sequence[float], peer: Sequence[float], bound: float) -> str:
    """Return a row of the table."""
    mine, theirs = middle(ours), middle(peer)
    ratio = mine / theirs
    return f"| {what} | {mine:.4g} | {theirs:.4g} | {ratio:.4f} | {bound:.4g} |"


if __name__ == "__main__":
    for line in rows(3, long="--long" in sys.argv):
        print(line, flush=True)
