r"""A step checker says of every step what the action says as a condition.

What it is asked: all edges of small graphs, which it must accept under their
labels; pairs of states that are no edges; and steps of which some value was
changed, often into one of another kind.  The plain form judges all of them,
and where it refuses, so must the checker.
"""

from __future__ import annotations

import hashlib
import pickle
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.errors import Mistake, PyspecError
from pyspec.kept import kept
from pyspec.language import steps
from pyspec.language.compiled import Spec, compile_spec
from pyspec.language.runtime.errors import EvaluationError
from pyspec.tla2tools import find_toolchain, read_config, sany
from pyspec.values import FALSE, TRUE, Fn, ModelValue, fn, record
from tests.language import laboratory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.language.state import State

pytestmark = pytest.mark.java
HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
BENCH: Final = ROOT / "tools/bench/specs"
COMMIT: Final = ROOT / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
MOST_STATES: Final = 25
REFUSED: Final = "refused"


CASES: Final = {case.name: case for case in laboratory.cases()}
MODELS: Final = {
    "two_phase_commit": (COMMIT, BENCH / "TwoPhaseCommit_replay.cfg"),
    "raft_like": (BENCH / "RaftLike.tla", BENCH / "RaftLike_replay.cfg"),
    "ballot": (BENCH / "Ballot.tla", BENCH / "Ballot3.cfg"),
    "parcels": (BENCH / "Parcels.tla", BENCH / "Parcels_small.cfg"),
    "pipeline": (BENCH / "Pipeline.tla", BENCH / "Pipeline_small.cfg"),
    "ring": (BENCH / "Ring.tla", BENCH / "Ring_small.cfg"),
    "rumours": (BENCH / "Rumours.tla", BENCH / "Rumours_small.cfg"),
    "tickets": (BENCH / "Tickets.tla", BENCH / "Tickets_tiny.cfg"),
    "cheap_forms": (HERE / "steps/CheapForms.tla", HERE / "steps/CheapForms.cfg"),
}


def load(module: Path, config: Path) -> Spec:
    """Compile; SANY's answer is kept by what it depends on."""
    beside = sorted(module.parent.glob("*.tla"))
    said = hashlib.sha256(module.name.encode())
    for path in beside:
        said.update(path.name.encode() + b"\0" + path.read_bytes())
    own, xml = kept("laboratory-xml", said.hexdigest(), lambda: exported(module))
    return compile_spec(xml, read_config(config), lambda name: name not in own, own)


def exported(module: Path) -> tuple[dict[str, str], bytes]:
    toolchain = find_toolchain()
    report = sany.parse(toolchain, module).require()
    own = {name: file.read_text("utf-8") for name, file in report.modules}
    return own, sany.export_xml(toolchain, module)


@pytest.fixture(scope="module", params=MODELS)
def subject(request: pytest.FixtureRequest) -> Subject:
    spec = load(*MODELS[request.param])
    return Subject(spec, list(walk(spec, rng(7), 400)))


def walk(spec: Spec, chance: random.Random, most: int) -> Iterator[Edge]:
    """Return steps of random walks; each action is as likely as any."""
    given_out = 0
    while given_out < most:
        state = next(iter(spec.initial_states()))
        for _ in range(40):
            every = sorted(spec.successors(state), key=repr)
            if all(step.state == state for step in every):
                break
            name = chance.choice(sorted({step.action for step in every}))
            step = chance.choice([step for step in every if step.action == name])
            yield Edge(state, *step)
            given_out += 1
            state = step.state


def graph(spec: Spec, most: int = MOST_STATES) -> Iterator[Edge]:
    """Return the edges from the first states."""
    todo = list(dict.fromkeys(spec.initial_states()))[:most]
    seen = set(todo)
    for state in todo:
        for step in spec.successors(state):
            yield Edge(state, *step)
            if step.state not in seen and len(todo) < most:
                seen.add(step.state)
                todo.append(step.state)


def rng(seed: object) -> random.Random:
    return random.Random(repr(seed))  # noqa: S311 - no secret


@dataclass(frozen=True)
class Edge:
    """A step and its label."""

    before: State
    action: str
    arguments: tuple[Any, ...]
    after: State


class Subject:
    """A spec, edges of it, and both forms of each action."""

    def __init__(self, spec: Spec, edges: list[Edge]) -> None:
        self.spec = spec
        self.edges = edges
        self.states = list(dict.fromkeys(s for e in edges for s in (e.before, e.after)))
        self.values = list(dict.fromkeys(v for state in self.states for v in state))
        self.values += [inner for value in self.values for inner in parts_of(value)]
        self.asked_plainly = 0
        self.actions = {
            name: action
            for name, action in spec.program.checkables.items()
            if action.problem is None
        }
        self.checkers = {name: spec.step_checker(name) for name in self.actions}
        around = steps.Surroundings(spec._space, made(spec), spec.naming)
        self.plain = {
            name: steps.Plain(action, around) for name, action in self.actions.items()
        }

    def answer(self, name: str, step: Any) -> object:  # noqa: ANN401 - three tuples
        """Return what both say; fail if they differ."""
        found, expected = said(self.checkers[name], step), said(self.plain[name], step)
        assert found == expected, (name, step)
        return found

    def arguments(self, name: str, chance: random.Random) -> tuple[Any, ...]:
        known = [edge.arguments for edge in self.edges if edge.action == name]
        if known and chance.random() < 0.9:
            return chance.choice(known)
        some = [*self.values, *ODD]
        return tuple(chance.choice(some) for _ in self.actions[name].parameters)

    def elsewhere(self, edge: Edge, chance: random.Random) -> tuple[State, State]:
        """Change another state as an edge does: its guards may not hold there."""
        both = list(zip(edge.before, edge.after, strict=True))
        places = [place for place, (was, now) in enumerate(both) if was != now]
        others = [
            state
            for state in chance.choices(self.states, k=40)
            if all(state[place] == edge.before[place] for place in places)
        ]
        before = chance.choice(others or [edge.before])
        after = [
            now if was != now else kept_one
            for (was, now), kept_one in zip(both, before, strict=True)
        ]
        return before, tuple(after)

    def wrong(self, edge: Edge, chance: random.Random) -> tuple[State, State]:
        """Return an edge's states, or others close to them."""
        before, after = edge.before, edge.after
        if chance.random() < 0.4:
            before, after = self.elsewhere(edge, chance)
        if chance.random() < 0.6:
            after = self.changed(after, chance)
        if chance.random() < 0.2:
            before = self.changed(before, chance)
        return before, after

    def changed(self, state: State, chance: random.Random) -> State:
        place = chance.randrange(len(state))
        value = mutated(state[place], self.values, chance)
        return (*state[:place], value, *state[place + 1 :])


def made(spec: Spec) -> Any:  # noqa: ANN401 - of recipes
    del spec
    from pyspec.language.program import _made  # noqa: PLC0415 - only here

    return _made


def said(check: Any, step: Any) -> object:  # noqa: ANN401 - a checker, three tuples
    try:
        return check(*step)
    except (EvaluationError, LookupError, TypeError):
        # The plain form takes `<<x, y>> \in S` apart without looking.
        return REFUSED


def parts_of(value: Any) -> list[Any]:  # noqa: ANN401 - a value
    if type(value) is Fn:
        return [*value, *value.values()]
    return list(value) if type(value) in {tuple, frozenset} else []


ODD: Final[list[Any]] = [
    *(0, 1, 7, -1, 2**31 - 1, "odd", "a", TRUE, FALSE),
    *(ModelValue("odd"), ModelValue("S_odd"), ModelValue("T_odd")),
    *((), (1, 2), ("a",), frozenset(), frozenset({1, 2}), frozenset({"a", "b"})),
    *(fn({"a": 1}), fn({0: 1, 5: 2}), record(a=1, b="x"), fn({ModelValue("m"): 1})),
]


def mutated(value: Any, pool: list[Any], chance: random.Random) -> Any:  # noqa: ANN401
    """Change a value, somewhere in it perhaps, or take another."""
    if chance.random() < 0.35 or not parts_of(value):
        if type(value) is int and chance.random() < 0.5:
            return value + chance.choice([-1, 1, 2])
        return chance.choice(pool if chance.random() < 0.7 else ODD)
    if type(value) is tuple:
        place = chance.randrange(len(value))
        inner = mutated(value[place], pool, chance)
        kept_ones = (*value[:place], *value[place + 1 :])
        grown = (*value, inner)
        same = (*value[:place], inner, *value[place + 1 :])
        return chance.choice([kept_ones, grown, same, same])
    if type(value) is frozenset:
        one = chance.choice(sorted(value, key=repr))
        return chance.choice([value - {one}, value | {mutated(one, pool, chance)}])
    items = dict(value.items())
    key = chance.choice(sorted(items, key=repr))
    what = chance.random()
    if what < 0.2:
        del items[key]
    elif what < 0.4:
        items[mutated(key, pool, chance)] = items[key]
    else:
        items[key] = mutated(items[key], pool, chance)
    return fn(items)


# --------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_corpus_is_judged_as_the_plain_form_does(name: str) -> None:
    case = CASES[name]
    try:
        spec = load(case.module, case.config)
        edges = list(graph(spec))
    except PyspecError:
        return  # TLC refuses it, too: another test is about that
    if spec.program.impure:
        return  # registers and dice decide as well, which have gone on since
    found = Subject(spec, edges[:300])
    chance = rng(name)
    for edge in found.edges:
        if edge.action in found.checkers:
            answer = found.answer(
                edge.action, (edge.before, edge.arguments, edge.after)
            )
            assert answer is True or answer == REFUSED
    for action in found.checkers if found.states else ():
        for _ in range(60):
            before, after = chance.choices(found.states, k=2)
            if chance.random() < 0.7:
                same = [edge for edge in found.edges if edge.action == action]
                before, after = found.wrong(chance.choice(same or found.edges), chance)
            found.answer(action, (before, found.arguments(action, chance), after))


def test_each_step_of_a_walk_is_accepted_by_the_quick_form(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    plainly = steps.Plain.__call__

    def noted(self: steps.Plain, *step: Any) -> bool:  # noqa: ANN401 - three tuples
        asked.append(self.action.name)
        return plainly(self, *step)

    monkeypatch.setattr(steps.Plain, "__call__", noted)
    for edge in subject.edges:
        step = (edge.before, edge.arguments, edge.after)
        assert subject.checkers[edge.action](*step), edge
        copied = pickle.loads(pickle.dumps(step))  # noqa: S301 - just written
        assert subject.checkers[edge.action](*copied), edge
    assert len(asked) <= len(subject.edges) // 100, asked


def test_a_step_is_judged_under_every_name_as_the_plain_form_does(
    subject: Subject,
) -> None:
    chance = rng(1)
    rejected = 0
    for edge in chance.sample(subject.edges, 150):
        for name in subject.checkers:
            step = (edge.before, subject.arguments(name, chance), edge.after)
            rejected += subject.answer(name, step) is False
    assert rejected > 150


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("name", ["two_phase_commit", "raft_like", "cheap_forms"])
def test_a_wrong_step_is_judged_as_the_plain_form_does(name: str, seed: int) -> None:
    found = walked(name)
    chance = rng(seed)
    edge = chance.choice(found.edges)
    before, after = found.wrong(edge, chance)
    found.answer(edge.action, (before, edge.arguments, after))


_WALKED: Final[dict[str, Subject]] = {}


def walked(name: str) -> Subject:
    if name not in _WALKED:
        spec = load(*MODELS[name])
        _WALKED[name] = Subject(spec, list(walk(spec, rng(3), 300)))
    return _WALKED[name]


WRONG: Final[dict[str, Any]] = {
    "is_added": lambda new, s, e: e in new and s <= new,
    "is_removed": lambda new, _s, e: e not in new,
    "is_except": lambda new, _f, key, value: new[key] == value,
    "is_joined": lambda new, _f, key, value, _compared: new[key] == value,
    "is_bag_with": lambda new, _bag, e: e in new,
    "is_bag_exchanged": lambda new, _bag, _e, other: other in new,
    "unlike": lambda _a, _b: False,
    "keys": lambda f: [*f][1:] if f else (),
    "total": lambda start, _parts: start + 9,
    "has": lambda _s, _value: False,
}
"""Forms that are wrong: too generous, forgetful, or blind to refusals."""


def test_all_steps_of_the_cheap_forms_and_many_others_are_judged_alike() -> None:
    found = Subject(
        walked("cheap_forms").spec, list(graph(walked("cheap_forms").spec, 1000))
    )
    for edge in found.edges:
        assert found.checkers[edge.action](edge.before, edge.arguments, edge.after)
    ask_wrong_steps(found, rng(2))


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_form_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(steps._HELPERS, name, WRONG[name])
    spec = load(*MODELS["cheap_forms"])
    with pytest.raises(AssertionError):
        ask_wrong_steps(Subject(spec, list(graph(spec, 1000))), rng(2))


def ask_wrong_steps(found: Subject, chance: random.Random) -> None:
    for action in found.checkers:
        edges = [edge for edge in found.edges if edge.action == action]
        for edge in chance.choices(edges, k=200) if edges else ():
            before, after = found.wrong(edge, chance)
            given_ones = edge.arguments
            if chance.random() < 0.3:
                given_ones = found.arguments(action, chance)
            found.answer(action, (before, given_ones, after))


def test_a_checker_outlives_the_file_that_its_program_was_kept_in() -> None:
    program = pickle.loads(pickle.dumps(walked("cheap_forms").spec.program))  # noqa: S301
    again = Subject(program.spec(), walked("cheap_forms").edges)
    for edge in again.edges:
        step = (edge.before, edge.arguments, edge.after)
        assert again.checkers[edge.action](*step)


def test_what_cannot_be_checked_is_refused_by_name() -> None:
    spec = walked("cheap_forms").spec
    with pytest.raises(Mistake, match="Nonsense is no action of CheapForms"):
        spec.step_checker("Nonsense")
    with pytest.raises(Mistake, match="With is no action"):
        spec.step_checker("With")
    state = next(iter(spec.initial_states()))
    check = spec.step_checker("Add")
    with pytest.raises(Mistake, match="Add is given 2 arguments"):
        check(state, (1, 2), state)
    with pytest.raises(Mistake, match="a state is given 1 values"):
        check(state, (1,), (1,))


def test_an_action_that_primes_its_parameter_is_not_one_of_values() -> None:
    case = CASES["instance/LocalInstance"]
    spec = load(case.module, case.config)
    with pytest.raises(Mistake, match="CountTwice cannot be checked"):
        spec.step_checker("CountTwice")
