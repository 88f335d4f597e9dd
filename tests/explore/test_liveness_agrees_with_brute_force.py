"""Verdicts on temporal properties, against every short lasso of tiny graphs.

The evaluator here is the definition of each operator, written as quantifiers
over places; it shares nothing with the code that it judges.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from pyspec.errors import Undecided
from pyspec.explore import Graph, Lasso, find_lasso
from pyspec.explore.automaton import Automaton
from pyspec.explore.lasso import true_of_lasso
from pyspec.explore.normal import FALSITY, TRUTH, cases, normal
from pyspec.language.temporal import (
    ActionPredicate,
    Always,
    And,
    Equivalent,
    Eventually,
    Formula,
    Implies,
    LeadsTo,
    Not,
    Or,
    StatePredicate,
    StrongFairness,
    WeakFairness,
    eventually_always,
    infinitely_often,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.explore import State

MOST_STATES = 4
LONGEST = 4


@dataclass(frozen=True)
class InSet:
    """Whether the state is one of some."""

    numbers: frozenset[int]

    def __call__(self, state: State) -> bool:
        return state[0] in self.numbers


@dataclass(frozen=True)
class StepInSet:
    """Whether the step is one of some."""

    pairs: frozenset[tuple[int, int]]

    def __call__(self, state: State, after: State) -> bool:
        return (state[0], after[0]) in self.pairs


def holds(  # noqa: C901 - one case for each operator
    formula: Formula, path: list[int], back: int, place: int = 0
) -> bool:
    """Whether the formula is true from a place on of path[:back] (path[back:])*."""
    last = len(path)
    onward = [*range(place, last), *range(min(back, place), place)]
    after = place + 1 if place + 1 < last else back

    def at(part: Formula, there: int = place) -> bool:
        return holds(part, path, back, there)

    match formula:
        case StatePredicate(predicate):
            return predicate((path[place],))
        case ActionPredicate(predicate):
            return predicate((path[place],), (path[after],))
        case Not(body):
            return not at(body)
        case And(parts):
            return all(at(part) for part in parts)
        case Or(parts):
            return any(at(part) for part in parts)
        case Implies(one, other):
            return not at(one) or at(other)
        case Equivalent(one, other):
            return at(one) == at(other)
        case Always(body):
            return all(at(body, there) for there in onward)
        case Eventually(body):
            return any(at(body, there) for there in onward)
        case LeadsTo(one, other):
            return at(Always(Or((Not(one), Eventually(other)))))
        case WeakFairness(enabled, taken) | StrongFairness(enabled, taken):
            loop = range(back, last)
            ways = {
                (path[k], path[k + 1] if k + 1 < last else path[back]) for k in loop
            }
            if any(taken((one,), (other,)) for one, other in ways):
                return True
            able = [enabled((path[k],)) for k in loop]
            weak = isinstance(formula, WeakFairness)
            return not (all(able) if weak else any(able))
    raise AssertionError(formula)


def test_the_evaluator_of_these_tests_knows_what_onward_means() -> None:
    """A place inside the loop sees the part of the loop before it; no prefix."""
    path = [0, 1, 2]
    assert holds(Eventually(state_in(1)), path, 1, 2)
    assert not holds(Eventually(state_in(0)), path, 1, 2)
    assert holds(Eventually(state_in(0)), path, 0, 2)
    assert holds(Always(state_in(1, 2)), path, 1, 1)
    assert not holds(Always(state_in(1, 2)), path, 0, 1)


def state_in(*numbers: int) -> StatePredicate:
    return StatePredicate(InSet(frozenset(numbers)))


def step_in(*pairs: tuple[int, int]) -> ActionPredicate:
    return ActionPredicate(StepInSet(frozenset(pairs)))


numbers = st.integers(0, MOST_STATES - 1)
state_sets = st.frozensets(numbers, max_size=MOST_STATES)
step_sets = st.frozensets(st.tuples(numbers, numbers), max_size=8)
state_predicates = state_sets.map(InSet).map(StatePredicate)
step_predicates = step_sets.map(StepInSet).map(ActionPredicate)


@st.composite
def fairness(draw: st.DrawFn) -> Formula:
    """WF or SF; an action is enabled at least where a step takes it."""
    taken = draw(step_sets)
    enabled = draw(state_sets) | {one for one, _ in taken}
    if draw(st.booleans()):
        return WeakFairness(InSet(enabled), StepInSet(taken))
    return StrongFairness(InSet(enabled), StepInSet(taken))


def compound(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        inner.map(Not),
        several.map(And),
        several.map(Or),
        inner.map(Always),
        inner.map(Eventually),
        inner.map(infinitely_often),
        inner.map(eventually_always),
        st.builds(Implies, inner, inner),
        st.builds(Equivalent, inner, inner),
        st.builds(LeadsTo, inner, inner),
    )


leaves = st.one_of(state_predicates, step_predicates, fairness())
formulas = st.recursive(leaves, compound, max_leaves=6)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(1, MOST_STATES))
    ends = st.frozensets(st.integers(0, size - 1), max_size=size)
    targets = [tuple(sorted(draw(ends))) for _ in range(size)]
    initial = sorted(draw(st.frozensets(st.integers(0, size - 1), min_size=1)))
    return Graph([(n,) for n in range(size)], initial, targets.__getitem__)


def steps_of(graph: Graph) -> list[list[int]]:
    """With stuttering."""
    size = range(len(graph.states))
    return [sorted({*graph.targets(number), number}) for number in size]


def lassos(graph: Graph, longest: int) -> Iterator[tuple[list[int], int]]:
    """All paths up to a length, with each place that their ends lead back to."""
    after = steps_of(graph)
    paths = [[number] for number in graph.initial]
    for _ in range(longest):
        for path in paths:
            for back, number in enumerate(path):
                if number in after[path[-1]]:
                    yield path, back
        paths = [[*path, number] for path in paths for number in after[path[-1]]]


def long_lassos(graph: Graph, seed: int) -> Iterator[tuple[list[int], int]]:
    after = steps_of(graph)
    dice = random.Random(seed)  # noqa: S311 - tests, no secret
    for _ in range(30):
        path = [dice.choice(list(graph.initial))]
        for _ in range(dice.randint(5, 16)):
            path.append(dice.choice(after[path[-1]]))
        backs = [k for k, number in enumerate(path) if number in after[path[-1]]]
        yield path, dice.choice(backs)


def check_lasso(graph: Graph, lasso: Lasso, violated: Formula) -> None:
    """It is a behavior of the graph, and the formula is false of it."""
    path = [*lasso.prefix, *lasso.loop]
    after = steps_of(graph)
    assert lasso.loop
    assert path[0] in graph.initial
    assert all(other in after[one] for one, other in itertools.pairwise(path))
    assert lasso.loop[0] in after[path[-1]]
    assert not holds(violated, path, len(lasso.prefix))


def check_verdict(graph: Graph, fair: list[Formula], formula: Formula) -> None:
    """A violation is judged by the definition; if there is none, lassos are tried.

    There are many of these, so they are judged by `true_of_lasso`, which
    another test here holds to the definition.
    """
    claim = Implies(And(tuple(fair)), formula)
    try:
        lasso = find_lasso(graph, fair, formula)
    except Undecided:
        reject()  # rare, and another test here shows when
    if lasso is not None:
        check_lasso(graph, lasso, claim)
        return
    for path, back in itertools.chain(lassos(graph, LONGEST), long_lassos(graph, 1)):
        states = [(number,) for number in path]
        assert true_of_lasso(claim, states[:back], states[back:]), (path, back)


@settings(max_examples=500)
@given(graphs(), st.lists(st.one_of(fairness(), formulas), max_size=3), formulas)
def test_verdict_is_that_of_all_short_lassos(
    graph: Graph, fair: list[Formula], formula: Formula
) -> None:
    check_verdict(graph, fair, formula)


@pytest.mark.nightly
@settings(max_examples=5_000)
@given(graphs(), st.lists(st.one_of(fairness(), formulas), max_size=3), formulas)
def test_verdict_is_that_of_all_short_lassos_by_night(
    graph: Graph, fair: list[Formula], formula: Formula
) -> None:
    check_verdict(graph, fair, formula)


@settings(max_examples=400)
@given(graphs(), st.lists(fairness(), max_size=4), state_predicates, state_predicates)
def test_leads_to_under_fairness_is_decided_right(
    graph: Graph, fair: list[Formula], one: Formula, other: Formula
) -> None:
    check_verdict(graph, fair, LeadsTo(one, other))


@settings(max_examples=400)
@given(formulas, st.lists(numbers, min_size=1, max_size=6), st.data())
def test_lasso_evaluator_agrees_with_the_definition(
    formula: Formula, path: list[int], data: st.DataObject
) -> None:
    back = data.draw(st.integers(0, len(path) - 1))
    states = [(number,) for number in path]
    value = true_of_lasso(formula, states[:back], states[back:])
    assert value == holds(formula, path, back)


@settings(max_examples=400)
@given(formulas, st.lists(numbers, min_size=1, max_size=6), st.data())
def test_normal_form_and_its_cases_mean_the_same(
    formula: Formula, path: list[int], data: st.DataObject
) -> None:
    truth = data.draw(st.booleans())
    back = data.draw(st.integers(0, len(path) - 1))
    value = holds(formula, path, back) == truth
    form = normal(formula, truth=truth)
    assert holds(form, path, back) == value
    split = Or(tuple(And(case) for case in cases(form)))
    assert holds(split, path, back) == value


TWO_STEPS = Or((step_in((0, 1)), Eventually(step_in((1, 0)))))
TWO = Graph([(0,), (1,)], [0], [(1,), (0,)].__getitem__)


def test_strong_fairness_is_stronger_than_weak() -> None:
    """The action is enabled in 0 only, and leads to 2; 0 and 1 alternate."""
    graph = Graph([(0,), (1,), (2,)], [0], [(1, 2), (0,), ()].__getitem__)
    enabled, taken = InSet(frozenset({0})), StepInSet(frozenset({(0, 2)}))
    moves = WeakFairness(
        InSet(frozenset({0, 1})), StepInSet(frozenset({(0, 1), (1, 0), (0, 2)}))
    )
    goal = Eventually(state_in(2))
    lasso = find_lasso(graph, [moves, WeakFairness(enabled, taken)], goal)
    assert lasso == Lasso((), (0, 1))
    assert find_lasso(graph, [moves, StrongFairness(enabled, taken)], goal) is None


def test_without_fairness_nothing_need_ever_happen() -> None:
    assert find_lasso(TWO, [], Eventually(state_in(1))) == Lasso((), (0,))


def test_a_loop_visits_whatever_fairness_demands() -> None:
    """A ring of three, each step of which is demanded infinitely often."""
    ring = Graph([(0,), (1,), (2,)], [0], [(1,), (2,), (0,)].__getitem__)
    demands: list[Formula] = [
        infinitely_often(step_in((k, (k + 1) % 3))) for k in range(3)
    ]
    assert find_lasso(ring, demands, FALSITY) == Lasso((), (0, 1, 2))


def test_what_was_excluded_first_stays_excluded() -> None:
    """The short way from 1 to 2 ends some time; then so do visits to 0."""
    ways = [(1,), (0, 2, 3), (1,), (2,)]
    graph = Graph([(k,) for k in range(4)], [0], ways.__getitem__)
    fair: list[Formula] = [
        eventually_always(Not(step_in((1, 2)))),
        StrongFairness(InSet(frozenset({0})), StepInSet(frozenset())),
        infinitely_often(step_in((2, 1))),
    ]
    assert find_lasso(graph, fair, FALSITY) == Lasso((0,), (1, 3, 2))


@pytest.mark.parametrize("formula", [TRUTH, Always(TRUTH), Not(FALSITY)])
def test_truth_is_never_violated(formula: Formula) -> None:
    assert find_lasso(TWO, [], formula) is None


def test_contradictory_fairness_leaves_no_behavior() -> None:
    assert find_lasso(TWO, [FALSITY], FALSITY) is None
    often = [infinitely_often(state_in(1)), eventually_always(state_in(0))]
    assert find_lasso(TWO, often, FALSITY) is None


def test_property_may_be_a_spec_with_its_own_fairness() -> None:
    """Refinement: Init, [][Next]_v and WF of the other spec, all in one And."""
    enabled, taken = InSet(frozenset({0, 1})), StepInSet(frozenset({(0, 1), (1, 0)}))
    weak = WeakFairness(enabled, taken)
    steps = Always(step_in((0, 0), (1, 1), (0, 1), (1, 0)))
    spec = And((state_in(0), steps, weak))
    assert find_lasso(TWO, [weak], spec) is None
    assert find_lasso(TWO, [], spec) == Lasso((), (0,))
    only_once = And((state_in(0), Always(step_in((0, 0), (1, 1), (0, 1)))))
    assert find_lasso(TWO, [weak], only_once) is not None
    assert find_lasso(TWO, [weak], And((state_in(1), steps))) is not None


def test_many_fairness_conjuncts_do_not_blow_up() -> None:
    """Forty strong fairness conditions: 2^40 cases if they were split."""
    size = 40
    ring = Graph(
        [(k,) for k in range(size)],
        [0],
        lambda k: [(k + 1) % size],
    )
    fair: list[Formula] = [
        StrongFairness(
            InSet(frozenset({k})), StepInSet(frozenset({(k, (k + 1) % size)}))
        )
        for k in range(size)
    ]
    goal = And(tuple(infinitely_often(state_in(k)) for k in range(size)))
    assert find_lasso(ring, fair, goal) is None
    assert find_lasso(ring, fair, Implies(And(tuple(fair[1:])), Not(goal))) is not None
    assert find_lasso(ring, [], Implies(And(tuple(fair)), goal)) is None


def test_property_that_is_too_large_is_undecided() -> None:
    """Forty `<>` that may come true in any order: 2^40 sets of what is left."""
    parts = [
        Eventually(
            And((state_in(0), Eventually(And((step_in((0, k)), Always(TWO_STEPS))))))
        )
        for k in range(40)
    ]
    with pytest.raises(Undecided, match="too large"):
        find_lasso(TWO, [], Not(And(tuple(parts))))


def test_a_broken_automaton_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """If `<>` could be put off for ever, the brute force would tell."""

    def hasty(self: Automaton, state: int, mask: int) -> object:
        del self, state, mask
        return ()

    monkeypatch.setattr(Automaton, "_transitions", hasty)
    with pytest.raises(AssertionError):
        check_verdict(TWO, [], LeadsTo(state_in(0), state_in(1)))
