"""Cores of rejected traces, held to a search written by hand.

A core must be rejected at the same event, and must not be with any one fact less.
"""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run
from pyspec.conformance import (
    Judgement,
    Spec,
    load_spec,
)
from pyspec.conformance.minimize import Core, Kind, minimize
from pyspec.errors import Exit
from pyspec.trace import Path as Place
from pyspec.trace import Trace, parse_trace, read_trace, write_trace
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Call,
    Event,
    Observation,
    Relation,
    Silent,
)
from pyspec.values import ModelValue, Value
from tests.conformance.replaying import natively, spec_of, toolchain

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
TRACES = ROOT / "traces/commit/two_phase_commit"
COMMIT = ROOT / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
SCHEMA = json.loads((ROOT / "docs/schemas/replay.schema.json").read_text("utf-8"))
SEED = 20261121

LAMPS = r"""---- MODULE Lamps ----
EXTENDS Naturals
CONSTANT L
VARIABLES lit, count
Init == lit = {} /\ count = 0
On(l) == l \notin lit /\ lit' = lit \cup {l} /\ UNCHANGED count
Off(l) == l \in lit /\ lit' = lit \ {l} /\ count' = (count + 1) % 3
Swap(k, l) ==
  k \in lit /\ l \notin lit /\ lit' = (lit \ {k}) \cup {l} /\ UNCHANGED count
Look == count = 0 /\ UNCHANGED <<lit, count>>
Next ==
  \/ \E l \in L : On(l) \/ Off(l)
  \/ \E k, l \in L : Swap(k, l)
  \/ Look
====
"""
NAMES = tuple(map(ModelValue, ("a", "b", "c")))
State = tuple[frozenset[ModelValue], int]


def steps(state: State) -> Iterator[tuple[str, tuple[Value, ...], State]]:
    """All steps of Next but Look, which changes nothing."""
    lit, count = state
    for each in NAMES:
        if each in lit:
            yield "Off", (each,), (lit - {each}, (count + 1) % 3)
        else:
            yield "On", (each,), (lit | {each}, count)
    for one, other in itertools.product(NAMES, NAMES):
        if one in lit and other not in lit:
            yield "Swap", (one, other), (lit - {one} | {other}, count)


def fits(step: object, name: str, arguments: tuple[Value, ...]) -> bool:
    if isinstance(step, AnyStep):
        return True
    assert isinstance(step, Call)
    given = step.arguments or (UNKNOWN,) * len(arguments)
    pairs = zip(given, arguments, strict=True)
    return step.action == name and all(g in (UNKNOWN, v) for g, v in pairs)


def seen(observation: Observation, state: State) -> bool:
    value = state[("lit", "count").index(observation.path.root)]
    if observation.relation is Relation.CONTAINS:
        assert isinstance(value, frozenset)
        return observation.value in value
    return value == observation.value


def quietly(states: set[State], silent: tuple[Silent, ...]) -> set[State]:
    found = set(states)
    for each in silent:
        assert each.maximum is not None
        for _ in range(each.maximum):
            found |= {z for s in found for n, a, z in steps(s) if fits(each.call, n, a)}
    return found


def rejected_at(trace: Trace) -> int | None:
    """The number of the rejected event, 0 for INIT, None if it conforms."""
    states: set[State] = {(frozenset(), 0)}
    states = {s for s in states if all(seen(o, s) for o in trace.init)}
    if not states:
        return 0
    for event in trace.events:
        before = [o for o in event.observations if not o.primed]
        after = [o for o in event.observations if o.primed]
        found = quietly(states, trace.silent)
        found = {s for s in found if all(seen(o, s) for o in before)}
        for step in event.steps:
            found = {z for s in found for n, a, z in steps(s) if fits(step, n, a)}
        states = {s for s in found if all(seen(o, s) for o in after)}
        if not states:
            return event.number
    return None


def less(trace: Trace) -> Iterator[Trace]:
    """The trace with one fact less, in every way."""
    for place in range(len(trace.init)):
        yield replace(trace, init=(*trace.init[:place], *trace.init[place + 1 :]))
    for number, event in enumerate(trace.events):
        for fewer in less_of(event):
            events = (*trace.events[:number], fewer, *trace.events[number + 1 :])
            yield replace(trace, events=events)


def less_of(event: Event) -> Iterator[Event]:
    every = event.observations
    for place in range(len(every)):
        yield replace(event, observations=(*every[:place], *every[place + 1 :]))
    for part, step in enumerate(event.steps):
        if not isinstance(step, Call):
            continue
        before, after = event.steps[:part], event.steps[part + 1 :]
        yield replace(event, steps=(*before, AnyStep(), *after))
        for place, value in enumerate(step.arguments or ()):
            if value is not UNKNOWN:
                arguments = list(step.arguments or ())
                arguments[place] = UNKNOWN
                fewer = Call(step.action, tuple(arguments))
                yield replace(event, steps=(*before, fewer, *after))


def recorded(chance: random.Random) -> Trace:
    """A walk with one thing wrong in it."""
    state: State = (frozenset(), 0)
    events = []
    for number in range(1, chance.randrange(3, 9)):
        parts: list[Call] = []
        for _ in range(chance.choice([1, 1, 1, 2])):
            name, arguments, state = chance.choice(sorted(steps(state), key=repr))
            parts.append(Call(name, arguments))
        observed = [
            Observation(Place("lit"), Relation.EQUALS, state[0], primed=True),
            Observation(Place("count"), Relation.EQUALS, state[1], primed=True),
        ]
        kept = chance.sample(observed, chance.randrange(3))
        events.append(Event(10 * number, tuple(parts), tuple(kept)))
    place = chance.randrange(len(events))
    wrong = Observation(Place("count"), Relation.EQUALS, 2, chance.random() < 0.5)
    if chance.random() < 0.5:
        wrong = replace(wrong, value=chance.choice([0, 1]))
    if chance.random() < 0.4:
        del events[place]
    else:
        more = (*events[place].observations, wrong)
        events[place] = replace(events[place], observations=more)
    silent = (Silent(Call("Off", (UNKNOWN,)), 1),) if chance.random() < 0.3 else ()
    constants = {"L": frozenset(NAMES)}
    return Trace("Lamps", tuple(events), constants=constants, silent=silent)


@pytest.fixture(scope="module")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    return spec_of(tmp_path_factory.mktemp("lamps"), LAMPS)


def core_of(spec: Spec, trace: Trace) -> Core:
    [verdict] = natively(spec, [trace])
    core = minimize(verdict, toolchain)
    assert core is not None
    return core


def test_a_core_is_rejected_at_the_same_event_and_needs_each_of_its_facts(
    lamps: Spec,
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - to be repeated
    traces = [recorded(chance) for _ in range(120)]
    smaller = silent = 0
    for verdict in natively(lamps, traces):
        trace = verdict.question.trace
        number = rejected_at(trace)
        assert (verdict.judgement is Judgement.REJECTED) == (number is not None)
        if number is None:
            continue
        core = minimize(verdict, toolchain)
        assert core is not None
        assert core.minimal
        assert rejected_at(core.trace) == number, write_trace(trace)
        assert core.trace.events[-1].number == number
        for fewer in less(core.trace):
            assert rejected_at(fewer) != number, write_trace(core.trace)
        smaller += core.kept.total() < core.said.total()
        silent += bool(trace.silent)
    assert smaller > 40
    assert silent > 10


def test_the_checks_above_reject_what_is_no_core(lamps: Spec) -> None:
    text = "---- TRACE Lamps ----\nCONSTANT L = {a, b, c}\n1 On(a) /\\ count' = 0\n"
    trace = parse_trace(f"{text}2 On(a)\n====\n")
    assert rejected_at(trace) == 2
    assert any(rejected_at(fewer) == 2 for fewer in less(trace))
    core = core_of(lamps, trace)
    assert core.kept == {Kind.STEP: 2, Kind.ARGUMENT: 2}
    assert core.said == {Kind.STEP: 2, Kind.ARGUMENT: 2, Kind.OBSERVATION: 1}


def test_a_step_that_may_change_nothing_is_not_made_one_that_must(
    lamps: Spec,
) -> None:
    text = "---- TRACE Lamps ----\nCONSTANT L = {a, b, c}\n1 Look\n2 Off(a)\n====\n"
    core = core_of(lamps, parse_trace(text))
    assert core.trace.events[0].steps == (Call("Look"),)
    assert core.trace.events[1].steps == (Call("Off", (UNKNOWN,)),)


def test_the_core_of_a_wrong_start_is_what_is_wrong_in_it(lamps: Spec) -> None:
    text = "---- TRACE Lamps ----\nCONSTANT L = {a, b, c}\n"
    trace = parse_trace(f"{text}INIT /\\ count = 0 /\\ lit = {{a}}\n1 Off(a)\n====\n")
    core = core_of(lamps, trace)
    assert [each.path.root for each in core.trace.init] == ["lit"]
    assert core.trace.events == ()


def test_one_argument_of_two_can_be_needed(lamps: Spec) -> None:
    text = "---- TRACE Lamps ----\nCONSTANT L = {a, b, c}\n1 On(a)\n2 Swap(a, b)\n"
    core = core_of(lamps, parse_trace(f"{text}3 Swap(a, c)\n====\n"))
    last = core.trace.events[-1].steps[0]
    assert last == Call("Swap", (ModelValue("a"), UNKNOWN))
    assert rejected_at(core.trace) == 3


def test_only_rejected_traces_have_a_core(lamps: Spec) -> None:
    text = "---- TRACE Lamps ----\nCONSTANT L = {a, b, c}\n1 On(a)\n====\n"
    [verdict] = natively(lamps, [parse_trace(text)])
    with pytest.raises(ValueError, match="rejected"):
        minimize(verdict, toolchain)


def test_without_time_it_is_not_said_to_be_minimal(lamps: Spec) -> None:
    text = "---- TRACE Lamps ----\nCONSTANT L = {a, b, c}\n1 On(a)\n2 On(a)\n====\n"
    [verdict] = natively(lamps, [parse_trace(text)])
    core = minimize(verdict, toolchain, seconds=0)
    assert core is not None
    assert not core.minimal
    assert core.kept == core.said
    assert rejected_at(core.trace) == 2


def test_the_core_of_a_forgotten_promise_is_that_it_was_made() -> None:
    trace = read_trace(TRACES / "forgotten_promise.trace")
    core = core_of(load_spec(toolchain, COMMIT), trace)
    assert core.minimal
    assert core.kept[Kind.OBSERVATION] == 1
    assert core.trace.silent == trace.silent
    assert core.trace.constants == trace.constants
    [again] = natively(load_spec(toolchain, COMMIT), [core.trace])
    assert again.headline == "rejected at 4"


def test_replay_prints_and_writes_the_core(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, core = str(TRACES / "forgotten_promise.trace"), tmp_path / "core.trace"
    assert run(["replay", file, "--minimize", "-o", str(core)]) == 0
    out = capfd.readouterr().out
    assert "core: " in out
    assert "are needed" in out
    assert run(["replay", str(core)]) == 0
    assert "as expected" in capfd.readouterr().out
    assert run(["replay", file, "--minimize", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    Draft202012Validator(SCHEMA).validate(said)
    assert said["traces"][0]["core"]["trace"] == core.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "x.trace"], "--minimize"),
        (["--minimize", "--follow"], "--follow"),
        (["--minimize", "--output", "x.trace"], "one rejected trace"),
    ],
)
def test_what_a_core_is_asked_for_in_vain(
    arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    file = str(TRACES / "no_faults.trace")
    assert run(["replay", file, *arguments]) == Exit.MISTAKE
    assert words in capfd.readouterr().err


def test_a_long_trace_is_minimized_too(lamps: Spec) -> None:
    lines = [f"{n} {('On(a)', 'Off(a)')[n % 2]}" for n in range(2, 800)]
    text = "---- TRACE Lamps ----\nCONSTANT L = {a, b, c}\n1 On(b)\n"
    trace = f"{text}{chr(10).join(lines)}\n800 On(c) /\\ count' = 7\n====\n"
    core = core_of(lamps, parse_trace(trace))
    assert core.minimal
    assert core.kept == {Kind.OBSERVATION: 1}
    assert len(core.trace.events) == 800
