"""TLC and the native engine say the same of walks, and of what was made of them.

Each trace is a random walk of a spec, seen in one of five ways, and most are
changed in one place or several.  Compared are verdict, the event, the number
of events that matched, and the bound on silent steps.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyspec import load
from pyspec.conformance import (
    Judgement,
    Limits,
    Monitor,
    NativeEngine,
    TlcEngine,
    Verdict,
    ask,
    load_spec,
)
from pyspec.tla2tools import Config, find_toolchain
from pyspec.trace import write_trace
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Call,
    Event,
    Observation,
    Relation,
    Silent,
    Skip,
    Trace,
)
from pyspec.trace.model import Path as Place
from pyspec.values import Fn, ModelValue, fn

if TYPE_CHECKING:
    from pyspec.language.program import Spec
    from pyspec.language.state import State, Step
    from pyspec.values import Value

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
SEED = 20261121
COMMIT = ROOT / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
RAFT = ROOT / "tools/bench/specs/RaftLike.tla"
TICKETS = ROOT / "tools/bench/specs/Tickets.tla"
MODES = ("all", "calls", "actions", "variables", "some", "nothing")


def model_values(*names: str) -> frozenset[ModelValue]:
    return frozenset(map(ModelValue, names))


CONSTANTS: dict[Path, dict[str, Any]] = {
    COMMIT: {"RM": model_values("r1", "r2")},
}

QUIET = {COMMIT: ["LoseMessage", "RMCrash", "TMCrash"]}
"""Actions that may be silent: those that cannot go on for ever."""


@dataclass
class Maker:
    """Makes traces of one spec."""

    spec: Spec
    constants: dict[str, Any]
    quiet: list[str]
    random: random.Random

    def trace(self, number: int) -> Trace:
        mode = MODES[number % len(MODES)]
        steps = self.walk(self.random.randrange(2, 9))
        events = [
            self.event(place, before, step, mode)
            for place, (before, step) in enumerate(steps, 1)
        ]
        for _ in range(self.random.choice([0, 1, 1, 1, 2])):
            events = self.broken(events)
        numbered = [replace(e, number=n) for n, e in enumerate(events, 1)]
        return Trace(
            self.spec.name,
            tuple(numbered),
            constants=self.constants,
            silent=self.silent(),
            init=self.seen(steps[0][0], primed=False)[: self.random.randrange(2)],
        )

    def walk(self, length: int) -> list[tuple[State, Step]]:
        """A walk in which each action is as likely as any."""
        states = sorted(set(self.spec.initial_states()), key=repr)
        state = self.random.choice(states)
        found: list[tuple[State, Step]] = []
        while len(found) < length:
            every = [s for s in self.spec.successors(state) if s.state != state]
            if not every:
                break
            name = self.random.choice(sorted({step.action for step in every}))
            some = sorted((s for s in every if s.action == name), key=repr)
            step = self.random.choice(some)
            found.append((state, step))
            state = step.state
        return found

    def event(self, number: int, before: State, step: Step, mode: str) -> Event:
        call: Call | AnyStep = Call(step.action, step.arguments)
        after = self.seen(step.state, primed=True)
        changed = [
            each
            for each, old, new in zip(after, before, step.state, strict=True)
            if old != new
        ]
        if mode == "actions":
            call, after = Call(step.action), ()
        elif mode in {"variables", "some"}:
            call = AnyStep()
        elif mode == "nothing":
            call = AnyStep() if self.random.random() < 0.5 else Call(step.action)
            after = ()
        elif self.random.random() < 0.3 and step.arguments:
            call = Call(step.action, (UNKNOWN, *step.arguments[1:]))
        if mode == "some":
            after = tuple(self.random.sample(changed, 1))
        elif mode == "calls":
            after = tuple(map(self.part, changed[: self.random.randrange(3)]))
        steps: tuple[Any, ...] = (call,)
        if self.random.random() < 0.05:
            steps = (Skip(), call)
        return Event(number, steps, after)

    def seen(self, state: State, *, primed: bool) -> tuple[Observation, ...]:
        return tuple(
            Observation(Place(name), Relation.EQUALS, value, primed)
            for name, value in zip(self.spec.variables, state, strict=True)
        )

    def part(self, whole: Observation) -> Observation:
        """Observe one entry of a function rather than all of it."""
        value, path = whole.value, whole.path
        while isinstance(value, Fn) and len(value) and self.random.random() < 0.8:
            key = self.random.choice(sorted(value, key=repr))
            path = replace(path, selectors=(*path.selectors, key))
            value = value[key]
        return replace(whole, path=path, value=value)

    def silent(self) -> tuple[Silent, ...]:
        if self.random.random() < 0.6:
            return ()
        picked = self.random.sample(self.quiet, 1)
        most = self.random.choice([None, 0, 1, 1, 2])
        return tuple(Silent(Call(name), most) for name in picked)

    def broken(self, events: list[Event]) -> list[Event]:
        """Drop, repeat or swap events, or change what one of them says."""
        place = self.random.randrange(len(events)) if events else 0
        way = self.random.randrange(6) if len(events) > 1 else 5
        if way == 0:
            return events[:place] + events[place + 1 :]
        if way == 1:
            return [*events[:place], events[place], *events[place:]]
        if way == 2:
            other = self.random.randrange(len(events))
            events = list(events)
            events[place], events[other] = events[other], events[place]
            return events
        changed = (self.otherwise(e) if n == place else e for n, e in enumerate(events))
        return list(changed)

    def otherwise(self, event: Event) -> Event:
        """Change a value: of an observation, or of an argument."""
        step = event.steps[-1]
        if event.observations and self.random.random() < 0.7:
            seen = list(event.observations)
            place = self.random.randrange(len(seen))
            wrong = self.other(seen[place].value)
            seen[place] = replace(seen[place], value=wrong)
            return replace(event, observations=tuple(seen))
        if isinstance(step, Call) and step.arguments:
            wrong_one = tuple(
                v if v is UNKNOWN else self.other(v) for v in step.arguments
            )
            return replace(
                event, steps=(*event.steps[:-1], Call(step.action, wrong_one))
            )
        return event

    def other(self, value: Value) -> Value:
        """Return another value of the same kind; model values are those known."""
        if isinstance(value, ModelValue):
            known = [v for s in self.constants.values() if isinstance(s, frozenset)
                     for v in s if isinstance(v, ModelValue)]  # fmt: skip
            return self.random.choice(sorted(known, key=repr) or [value])
        if isinstance(value, str):
            return self.random.choice(["prepared", "aborted", "committed", value])
        if isinstance(value, Fn) and len(value):
            key = self.random.choice(sorted(value, key=repr))
            return fn({**dict(value.items()), key: self.other(value[key])})
        if isinstance(value, tuple) and value:
            return self.random.choice([value[1:], (*value, value[0])])
        if isinstance(value, frozenset) and value:
            return value - {self.random.choice(sorted(value, key=repr))}
        if type(value) is int:
            return value + self.random.choice([-1, 1])
        return value


def maker(module: Path, seed: int) -> Maker:
    constants = CONSTANTS[module]
    spec = load(module, Config(init="Init", next="Next", constants=constants))
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    return Maker(spec, constants, QUIET[module], chance)


def told(verdict: Verdict) -> tuple[Any, ...]:
    event = verdict.event.number if verdict.event else None
    return verdict.judgement, event, verdict.matched, verdict.bound


def differences(module: Path, seed: int, number: int) -> tuple[list[str], Counter[Any]]:
    """Return the traces on which the engines differ, and how often what was said."""
    made, toolchain = maker(module, seed), find_toolchain()
    facts = load_spec(toolchain, module)
    questions = [ask(facts, made.trace(n)) for n in range(number)]
    limits = Limits(explained=0, unbounded_s=60)
    ours = NativeEngine(lambda: toolchain, limits).decide(questions)
    theirs = TlcEngine(toolchain, limits).decide(questions)
    wrong = [
        f"{write_trace(a.question.trace)}native: {told(a)} {a.why}\n"
        f"TLC: {told(b)} {b.why}"
        for a, b in zip(ours, theirs, strict=True)
        if told(a) != told(b)
    ]
    return wrong, Counter(verdict.judgement for verdict in ours)


def test_the_engines_agree() -> None:
    wrong, said = differences(COMMIT, SEED, 240)
    assert not wrong, wrong[0]
    assert min(said[Judgement.CONFORMS], said[Judgement.REJECTED]) > 40


def test_a_monitor_says_of_events_as_they_come_what_is_said_of_all() -> None:
    made, toolchain = maker(COMMIT, SEED + 1), find_toolchain()
    facts = load_spec(toolchain, COMMIT)
    traces = [made.trace(number) for number in range(60)]
    questions = [ask(facts, trace) for trace in traces]
    limits = Limits(explained=0)
    engine = NativeEngine(lambda: toolchain, limits)
    said = Counter[Judgement]()
    for question, verdict in zip(questions, engine.decide(questions), strict=True):
        monitor = Monitor(facts, question.trace, lambda: toolchain, limits)
        for event in question.trace.events:
            if monitor.take(event) is not None:
                break
        assert told(monitor.verdict)[:3] == told(verdict)[:3]
        said[verdict.judgement] += 1
    assert min(said[Judgement.CONFORMS], said[Judgement.REJECTED]) > 10


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(10))
def test_the_engines_agree_on_thousands(part: int) -> None:
    wrong, _ = differences(COMMIT, SEED + 1 + part, 600)
    assert not wrong, wrong[0]
