"""Fairness and properties of traces, against every short behavior that matches.

Specs are tiny graphs whose steps have names; traces are made of these names, with
silent steps and partial observations.  Here all behaviors that match are written
out one by one, and each formula is evaluated by its definition.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.conformance.claimed import Claims
from pyspec.conformance.properties import Judge
from pyspec.conformance.verdict import Truth
from pyspec.conformance.walk import Plan
from pyspec.language.temporal import (
    ActionPredicate,
    Always,
    And,
    Eventually,
    Formula,
    LeadsTo,
    Not,
    Or,
    StatePredicate,
    StrongFairness,
    WeakFairness,
)
from pyspec.trace.model import Call, End, Event, Loop, Silent, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SEED = 20260711
CASES = 750
ROUNDS = 4
MOST_WAYS = 400

State = tuple[int]
Letter = frozenset[Any]


@dataclass(frozen=True)
class Graph:
    """States are numbers; `steps` are pairs by the name of the action."""

    initial: tuple[int, ...]
    steps: dict[str, frozenset[tuple[int, int]]]
    seen: dict[str, frozenset[int]] = field(default_factory=dict)

    def after(self, action: str, state: int) -> list[int]:
        return sorted(b for a, b in self.steps[action] if a == state)


class Facts:
    """Of the spec's facts only the names of variables are asked for."""

    variables = ("n",)
    sources: dict[str, str] = {}  # noqa: RUF012 - never written to


class Walk:
    """What the judge asks of a walk, for a graph."""

    def __init__(self, graph: Graph, trace: Trace) -> None:
        self.graph = graph
        self.trace = trace
        self.states: set[State] = set()

    def start(self) -> bool:
        self.states = {(one,) for one in self.graph.initial}
        return bool(self.states)

    def plan(self, event: Event) -> Plan:
        steps = [step for step in event.steps if isinstance(step, Call)]
        seen = self.graph.seen.get(event.source or "")
        return Plan(
            lambda _: True,
            tuple(self.move(step.action) for step in steps),
            lambda state: seen is None or state[0] in seen,
        )

    def move(self, action: str) -> Any:  # noqa: ANN401 - a function
        return lambda state: [(n,) for n in self.graph.after(action, state[0])]

    def closed(self, states: set[State]) -> set[State]:
        """Return where silent steps lead, all limits being counted."""
        none: tuple[str, ...] = ()
        found = {(state, none) for state in states}
        todo = list(found)
        while todo:
            (state, used) = todo.pop()
            for way in silently(self.graph, self.trace, state[0], used):
                new = ((way[0],), way[1])
                if new not in found:
                    found.add(new)
                    todo.append(new)
        return {state for state, _ in found}


# ------------------------------------------------------------ every behavior


def silently(
    graph: Graph, trace: Trace, state: int, used: tuple[str, ...]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Return states after a silent step, and which were taken in this gap."""
    for each in trace.silent:
        name = each.call.action
        if each.maximum is None or used.count(name) < each.maximum:
            for after in graph.after(name, state):
                if after != state:
                    more = used if each.maximum is None else (*used, name)
                    yield after, more


def gaps(graph: Graph, trace: Trace, state: int) -> Iterator[tuple[int, ...]]:
    """Return each way through silent steps; unlimited ones lead upwards only."""

    def go(way: tuple[int, ...], used: tuple[str, ...]) -> Iterator[tuple[int, ...]]:
        yield way
        for after, more in silently(graph, trace, way[-1], used):
            yield from go((*way, after), more)

    yield from go((state,), ())


def taken(
    graph: Graph, event: Event, way: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    ways = [way]
    for step in event.steps:
        assert isinstance(step, Call)
        ways = [(*w, n) for w in ways for n in graph.after(step.action, w[-1])]
    seen = graph.seen.get(event.source or "")
    yield from (w for w in ways if seen is None or w[-1] in seen)


def ways(
    graph: Graph, trace: Trace, events: Sequence[Event], start: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    """Return each way through some events; `start` is a way up to there."""
    if not events:
        yield start
        return
    for gap in gaps(graph, trace, start[-1]):
        for way in taken(graph, events[0], (*start, *gap[1:])):
            # The state after each event stands there twice: stuttering says nothing.
            yield from ways(graph, trace, events[1:], (*way, way[-1]))


class TooManyError(Exception):
    """There are more behaviors than are worth writing out."""


def behaviors(graph: Graph, trace: Trace) -> list[tuple[tuple[int, ...], int]]:
    """Return lassos: states, and where their loop begins.  Loops are bounded."""
    found: list[tuple[tuple[int, ...], int]] = []
    for lasso in _lassos(graph, trace):
        found.append(lasso)
        if len(found) > MOST_WAYS:
            raise TooManyError
    return found


def _lassos(graph: Graph, trace: Trace) -> Iterator[tuple[tuple[int, ...], int]]:
    starts = [(one,) for one in graph.initial]
    if not isinstance(trace.end, Loop):
        for start in starts:
            for way in ways(graph, trace, trace.events, start):
                for gap in gaps(graph, trace, way[-1]):
                    whole = (*way, *gap[1:])
                    yield whole, len(whole) - 1
        return
    back = trace.end.back_to
    first, again = trace.events[:back], trace.events[back:]
    for start in starts:
        for way in ways(graph, trace, first, start):
            yield from _rounds(graph, trace, again, way, [len(way) - 1])


def _rounds(
    graph: Graph,
    trace: Trace,
    events: Sequence[Event],
    way: tuple[int, ...],
    turns: list[int],
) -> Iterator[tuple[tuple[int, ...], int]]:
    for longer in ways(graph, trace, events, way):
        for turn in turns:
            if longer[turn] == longer[-1]:
                yield longer, turn
        if len(turns) < ROUNDS:
            more = [*turns, len(longer) - 1]
            yield from _rounds(graph, trace, events, longer, more)


# ------------------------------------------------------------ what is true


def holds(
    formula: Formula, letters: Sequence[Letter], back: int, place: int = 0
) -> bool:
    """Whether a formula is true of predicates: letters, from `back` on for ever."""
    onward = [*range(place, len(letters)), *range(min(back, place), place)]

    def at(part: Formula, there: int = place) -> bool:
        return holds(part, letters, back, there)

    match formula:
        case StatePredicate() | ActionPredicate():
            return formula in letters[place]
        case Not(body):
            return not at(body)
        case And(parts):
            return all(at(part) for part in parts)
        case Or(parts):
            return any(at(part) for part in parts)
        case Always(body):
            return all(at(body, there) for there in onward)
        case Eventually(body):
            return any(at(body, there) for there in onward)
        case LeadsTo(one, other):
            return all(
                not at(one, there) or holds(Eventually(other), letters, back, there)
                for there in onward
            )
    raise AssertionError(formula)


def predicates(formula: Formula) -> set[Any]:
    match formula:
        case StatePredicate() | ActionPredicate():
            return {formula}
        case Not(body) | Always(body) | Eventually(body):
            return predicates(body)
        case And(parts) | Or(parts):
            return set().union(*map(predicates, parts))
        case LeadsTo(one, other):
            return predicates(one) | predicates(other)
    raise AssertionError(formula)


def letter(formula: Formula, state: int, after: int) -> Letter:
    return frozenset(
        each
        for each in predicates(formula)
        if (
            each.holds((state,))
            if isinstance(each, StatePredicate)
            else each.holds((state,), (after,))
        )
    )


def true_of(formula: Formula, path: tuple[int, ...], back: int) -> bool:
    nexts = (*path[1:], path[back])
    letters = [letter(formula, a, b) for a, b in zip(path, nexts, strict=True)]
    return holds(formula, letters, back)


def is_fair(leaf: Formula, path: tuple[int, ...], back: int) -> bool:
    assert isinstance(leaf, WeakFairness | StrongFairness)
    loop = range(back, len(path))
    pairs = {(path[k], path[k + 1] if k + 1 < len(path) else path[back]) for k in loop}
    if any(leaf.taken((a,), (b,)) for a, b in pairs):
        return True
    able = [leaf.enabled((path[k],)) for k in loop]
    return not (all(able) if isinstance(leaf, WeakFairness) else any(able))


def three_valued(formula: Formula, path: tuple[int, ...]) -> set[bool]:
    """Return what a formula can be, whatever letters come after a path."""
    start = [letter(formula, a, b) for a, b in itertools.pairwise(path)]
    every = sorted(predicates(formula), key=lambda p: p.holds.name)
    last = letter(formula, path[-1], path[-1])
    states = {each for each in every if isinstance(each, StatePredicate)}
    some = [
        frozenset(each)
        for size in range(len(every) + 1)
        for each in itertools.combinations(every, size)
    ]
    firsts = [each for each in some if each & states == last & states]
    found: set[bool] = set()
    for first in firsts:
        for more in (0, 1, 2):
            for rest in itertools.product(some, repeat=more):
                letters = [*start, first, *rest]
                for back in range(len(start), len(letters)):
                    found.add(holds(formula, letters, back))
                    if len(found) > 1:
                        return found
    return found


# ------------------------------------------------------------ cases


@dataclass(frozen=True)
class InSet:
    """Whether the state is one of some."""

    name: str
    numbers: frozenset[int]

    def __call__(self, state: State) -> bool:
        return state[0] in self.numbers


@dataclass(frozen=True)
class Among:
    """Whether the step is one of some, or, for `[A]_v`, stutters."""

    name: str
    pairs: frozenset[tuple[int, int]]
    box: bool

    def __call__(self, state: State, after: State) -> bool:
        if state[0] == after[0]:
            return self.box
        return (state[0], after[0]) in self.pairs


class Maker:
    """Makes specs, traces and formulas."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - to be repeated
        self.size = self.dice.choice([2, 3, 3, 4])
        self.names = itertools.count()

    def states(self) -> frozenset[int]:
        some = range(self.size)
        return frozenset(n for n in some if self.dice.random() < 0.5)

    def pairs(self, chance: float = 0.3) -> frozenset[tuple[int, int]]:
        some = range(self.size)
        every = ((a, b) for a in some for b in some)
        return frozenset(p for p in every if self.dice.random() < chance)

    def graph(self) -> Graph:
        steps = {name: self.pairs(0.4) for name in "ABC"}
        steps["Up"] = frozenset((a, b) for a, b in self.pairs(0.4) if a < b)
        steps["Slip"] = self.pairs(0.35)
        initial = self.dice.sample(range(self.size), self.dice.choice([1, 1, 2]))
        seen = {f"s{n}": self.states() | {0} for n in range(3)}
        return Graph(tuple(initial), steps, seen)

    def trace(self) -> Trace:
        events = tuple(
            Event(
                number,
                tuple(
                    Call(self.dice.choice("ABC"))
                    for _ in range(self.dice.choice([1, 1, 2]))
                ),
                source=self.dice.choice(["", "", "s0", "s1", "s2"]),
            )
            for number in range(1, self.dice.randrange(5) + 1)
        )
        silent = [Silent(Call("Up")), Silent(Call("Slip"), 1)]
        some = self.dice.sample(silent, self.dice.choice([0, 0, 1, 1, 2]))
        ends: list[End | Loop] = [End.QUIESCENT, End.CUT, End.QUIESCENT]
        if events:
            ends.append(Loop(self.dice.randrange(len(events))))
        end = self.dice.choice(ends)
        return Trace("Tiny", events, silent=tuple(some), end=end)

    def formula(self, depth: int = 3) -> Formula:
        kind = self.dice.randrange(9) if depth else self.dice.choice([0, 8])
        if kind in {0, 1}:
            return StatePredicate(InSet(f"{next(self.names)}", self.states()))
        if kind == 8:
            box = self.dice.random() < 0.5
            step = ActionPredicate(Among(f"{next(self.names)}", self.pairs(0.6), box))
            return Always(step) if box else Eventually(step)
        inside = [self.formula(depth - 1) for _ in range(2)]
        return (
            lambda: Always(inside[0]),
            lambda: Eventually(inside[0]),
            lambda: Not(inside[0]),
            lambda: And(tuple(inside)),
            lambda: Or(tuple(inside)),
            lambda: LeadsTo(*inside),
        )[kind - 2]()

    def fairness(self, graph: Graph) -> tuple[Formula, ...]:
        found: list[Formula] = []
        for name in self.dice.sample("ABC", self.dice.choice([0, 1, 2])):
            pairs = frozenset((a, b) for a, b in graph.steps[name] if a != b)
            enabled = InSet(name, frozenset(a for a, _ in pairs))
            kind = self.dice.choice([WeakFairness, StrongFairness])
            found.append(kind(enabled, Among(name, pairs, box=False)))  # type: ignore[arg-type]
        return tuple(found)


def judged(
    graph: Graph, trace: Trace, formula: Formula, fairness: tuple[Formula, ...]
) -> tuple[Any, Any]:
    claims = Claims(fairness, {"P": formula}, frozenset({"P"}))
    facts: Any = Facts()
    judge = Judge(trace, claims, facts, lambda: None)
    walk: Any = Walk(graph, trace)
    ends = last_states(graph, trace)
    with_property = judge.judged(walk, ends)
    alone = Judge(trace, Claims(fairness, {}, frozenset()), facts, lambda: None)
    bare, _ = alone.judged(walk, ends)
    assert bare == with_property[0] or trace.end is End.CUT
    return with_property[0], with_property[1][0]


def last_states(graph: Graph, trace: Trace) -> set[State]:
    starts: Iterable[tuple[int, ...]] = ((one,) for one in graph.initial)
    every = (w for s in starts for w in ways(graph, trace, trace.events, s))
    return {(way[-1],) for way in every}


def check(seed: int) -> str:
    """Compare one case; return what was found, for counting."""
    maker = Maker(seed)
    graph, trace = maker.graph(), maker.trace()
    try:
        lassos = behaviors(graph, trace)
    except TooManyError:
        return "too many"
    if not lassos:
        return "none"
    formula, fairness = maker.formula(), maker.fairness(graph)
    if trace.end is End.CUT and len(predicates(formula)) > 3:
        return "too large"
    fair, found = judged(graph, trace, formula, fairness)
    if trace.end is End.CUT:
        starts = [(one,) for one in graph.initial]
        cut = {w for s in starts for w in ways(graph, trace, trace.events, s)}
        values = [three_valued(formula, way) for way in cut]
        assert fair is None
        return compare(found, values, seed)
    owed = [
        [leaf for leaf in fairness if not is_fair(leaf, *lasso)] for lasso in lassos
    ]
    if fairness:
        check_fairness(fair, fairness, owed, seed)
    just = [one for one, lacks in zip(lassos, owed, strict=True) if not lacks]
    values = [{true_of(formula, *lasso)} for lasso in just or lassos]
    return compare(found, values, seed)


def check_fairness(
    fair: Any,  # noqa: ANN401 - a Fairness
    fairness: tuple[Formula, ...],
    owed: list[list[Formula]],
    seed: int,
) -> None:
    assert fair.fair == any(not lacks for lacks in owed), seed
    if fair.fair:
        return
    always = [leaf for leaf in fairness if all(leaf in lacks for lacks in owed)]
    assert fair.everywhere == bool(always), seed
    assert len(fair.owed) == (len(always) or min(map(len, owed))), seed


def compare(found: Any, values: list[set[bool]], seed: int) -> str:  # noqa: ANN401 - a verdict
    if all(each == {True} for each in values):
        wanted, possible = Truth.SATISFIED, False
    elif all(each == {False} for each in values):
        wanted, possible = Truth.VIOLATED, False
    else:
        wanted, possible = Truth.PENDING, {False} in map(set, values)
    assert (found.truth, found.possible) == (wanted, possible), seed
    return f"{wanted.value}{' possibly' if possible else ''}"


@pytest.mark.parametrize("batch", range(3))
def test_verdicts_are_those_of_every_matching_behavior(batch: int) -> None:
    many = range(batch * CASES // 3, (batch + 1) * CASES // 3)
    counts = Counter(check(SEED + seed) for seed in many)
    assert min(counts[each.value] for each in Truth) >= 5, counts
    assert counts["pending possibly"] >= 5, counts
