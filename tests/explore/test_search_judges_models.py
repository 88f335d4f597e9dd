"""Searches and walks over toy models; what TLC does was measured with TLC 2.15."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyspec.errors import Exit, Mistake
from pyspec.explore import (
    STUTTER,
    Cause,
    Counterexample,
    End,
    Limits,
    Model,
    Order,
    Progress,
    State,
    Step,
    Verdict,
    check,
    simulate,
    state_graph,
    walk,
)
from pyspec.language.runtime.errors import AssertionFails, EvaluationError
from pyspec.language.temporal import (
    Eventually,
    Formula,
    LeadsTo,
    StatePredicate,
    WeakFairness,
    infinitely_often,
)
from pyspec.tla2tools.classify import Cause as TlcCause
from pyspec.tla2tools.outcome import Verdict as TlcVerdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspec.values import Value

ROOT = Path(__file__).parents[2]


def plus_one(state: State) -> Iterable[Step]:
    return [Step("Inc", (), (number(state) + 1,))]


def number(state: State) -> int:
    assert isinstance(state[0], int)
    return state[0]


@dataclass(frozen=True)
class Toy:
    """A model with one variable x; by default it counts from 0 and from 10."""

    start: tuple[int, ...] = (0, 10)
    steps: Callable[[State], Iterable[Step]] = plus_one
    variables: tuple[str, ...] = ("x",)
    invariants: dict[str, Callable[[State], bool]] = field(default_factory=dict)
    initial_properties: dict[str, Callable[[State], bool]] = field(default_factory=dict)
    step_properties: dict[str, Callable[[State, State], bool]] = field(
        default_factory=dict
    )
    constraints: tuple[Callable[[State], bool], ...] = ()
    action_constraints: tuple[Callable[[State, State], bool], ...] = ()
    check_deadlock: bool = True
    temporal: dict[str, Formula] = field(default_factory=dict)
    fairness: tuple[Formula, ...] = ()
    view: Callable[[State], Value] | None = None
    symmetry: Callable[[State], State] | None = None

    def initial_states(self) -> Iterator[State]:
        return iter([(value,) for value in self.start])

    def successors(self, state: State) -> Iterator[Step]:
        return iter(self.steps(state))


def not_(value: int) -> Callable[[State], bool]:
    return lambda state: state != (value,)


def only(value: int) -> Callable[[State], bool]:
    return lambda state: state == (value,)


def never_to(value: int) -> Callable[[State, State], bool]:
    return lambda _, after: after != (value,)


def small(state: State) -> bool:
    return number(state) < 3


BOUNDED = Toy(constraints=(small,))
UP_TO_3 = Counterexample((0,), tuple(Step("Inc", (), (n,)) for n in (1, 2, 3)))


def walled(wall: int) -> Callable[[State], Iterable[Step]]:
    return lambda state: plus_one(state) if number(state) < wall else ()


def ring(size: int) -> Toy:
    """The Inc of one of `size` numbers, and a Noop that changes nothing."""

    def steps(state: State) -> list[Step]:
        up = ((number(state) + 1) % size,)
        return [Step("Noop", (), state), Step("Inc", (number(state),), up)]

    return Toy((0,), steps)


def inc_is_fair(size: int) -> Formula:
    up = {((k,), ((k + 1) % size,)) for k in range(size)}
    return WeakFairness(lambda _: True, lambda state, after: (state, after) in up)


def is_model(model: Model) -> Model:
    """For mypy: the toy keeps the protocol."""
    return model


def test_states_outside_of_a_constraint_are_not_counted() -> None:
    """As TLC: 5 generated, 3 distinct, depth 3; and 2 is not a deadlock."""
    result = check(is_model(BOUNDED))
    assert result.cause is Cause.NONE
    assert result.verdict is Verdict.OK
    assert result.exhaustive
    counts = result.generated, result.distinct, result.depth, result.queue
    assert counts == (5, 3, 3, 0)


def test_states_outside_of_a_constraint_are_checked() -> None:
    """As TLC, which reports 0, 1, 2, 3 for an invariant x # 3."""
    result = check(replace(BOUNDED, invariants={"Not3": not_(3)}))
    assert (result.cause, result.property) == (Cause.INVARIANT, "Not3")
    assert result.counterexample == UP_TO_3
    assert result.exit is Exit.VIOLATION
    initial = check(replace(BOUNDED, invariants={"Not10": not_(10)}))
    assert initial.counterexample == Counterexample((10,))


def test_steps_to_states_outside_of_a_constraint_are_checked() -> None:
    result = check(replace(BOUNDED, step_properties={"Stp": never_to(3)}))
    assert (result.cause, result.property) == (Cause.ACTION_PROPERTY, "Stp")
    assert result.counterexample == UP_TO_3


def test_steps_outside_of_an_action_constraint_are_checked_but_not_followed() -> None:
    """As TLC: 4 generated, 2 distinct; 2 is checked, 3 never seen."""
    model = replace(BOUNDED, action_constraints=(never_to(2),))
    result = check(replace(model, invariants={"Not3": not_(3)}))
    assert result.verdict is Verdict.OK
    assert (result.generated, result.distinct, result.depth) == (4, 2, 2)
    assert check(replace(model, invariants={"I": not_(2)})).property == "I"
    assert check(replace(model, step_properties={"S": never_to(2)})).property == "S"


def test_step_to_a_known_state_is_checked() -> None:
    result = check(replace(ring(2), step_properties={"Stp": never_to(0)}))
    assert result.cause is Cause.ACTION_PROPERTY
    assert result.counterexample == Counterexample((0,), (Step("Noop", (), (0,)),))


def test_property_of_initial_states_is_checked_there_alone() -> None:
    model = replace(BOUNDED, initial_properties={"Low": lambda x: number(x) != 2})
    assert check(model).verdict is Verdict.OK
    model = replace(BOUNDED, initial_properties={"Low": not_(10)})
    result = check(model)
    assert (result.cause, result.property) == (Cause.PROPERTY, "Low")
    assert result.counterexample == Counterexample((10,))


def test_state_without_steps_is_a_deadlock_if_asked() -> None:
    model = Toy((0,), walled(2))
    result = check(model)
    assert result.cause is Cause.DEADLOCK
    assert result.counterexample == Counterexample((0,), UP_TO_3.steps[:2])
    assert check(replace(model, check_deadlock=False)).verdict is Verdict.OK


@pytest.mark.parametrize(
    "model",
    [Toy(()), Toy((0,), constraints=(lambda _: False,))],
    ids=["no initial state", "none inside of the constraint"],
)
def test_nothing_to_check_is_not_fine(model: Toy) -> None:
    result = check(model)
    assert result.cause is Cause.NO_INITIAL_STATE
    assert result.exit is Exit.MISTAKE
    with pytest.raises(Mistake):
        walk(model, seed=1, length=1)
    assert simulate(model, seed=1, walks=1, length=1).cause is Cause.NO_INITIAL_STATE


def test_view_and_symmetry_count_states_as_one_but_check_each() -> None:
    """Of -1 and 1 the first found is explored; the other is seen, as in TLC."""

    def steps(state: State) -> list[Step]:
        return [Step("A", (), (value,)) for value in (1, -1)] if state == (0,) else []

    def size(state: State) -> State:
        return (abs(number(state)),)

    model = Toy((0,), steps, check_deadlock=False)
    assert check(model).distinct == 3
    assert check(replace(model, view=size)).distinct == 2
    assert check(replace(model, symmetry=size)).distinct == 2
    both = replace(model, symmetry=size, view=lambda state: number(state) > 5)
    assert check(both).distinct == 1
    seen = replace(model, symmetry=size, step_properties={"S": never_to(-1)})
    assert check(seen).cause is Cause.ACTION_PROPERTY


def test_depth_first_goes_deep_by_the_first_step_first() -> None:
    def steps(state: State) -> list[Step]:
        here = number(state)
        return [Step("L", (), (2 * here,)), Step("R", (), (2 * here + 1,))]

    tree = Toy((1,), steps, constraints=(lambda x: number(x) < 32,))
    asked: list[int] = []

    def record(state: State) -> bool:
        asked.append(number(state))
        return state != (24,)

    result = check(replace(tree, invariants={"I": record}), order=Order.DEPTH_FIRST)
    assert asked[:9] == [1, 2, 3, 4, 5, 8, 9, 16, 17]
    assert result.counterexample is not None
    assert [step.action for step in result.counterexample.steps] == list("RLLL")
    deep, broad = check(tree, order=Order.DEPTH_FIRST), check(tree)
    assert (deep.distinct, deep.generated) == (broad.distinct, broad.generated)


def bad_after_1(error: Exception) -> Callable[[State], Iterable[Step]]:
    def steps(state: State) -> Iterator[Step]:
        if state == (1,):
            raise error
        yield from plus_one(state)

    return steps


def test_errors_in_the_spec_become_results_with_the_way_there() -> None:
    way = Counterexample((0,), UP_TO_3.steps[:1])
    error = EvaluationError("1 = TRUE")
    result = check(Toy((0,), bad_after_1(error)))
    assert (result.cause, result.error) == (Cause.EVALUATION, error)
    assert result.counterexample == way
    assert result.exit is Exit.MISTAKE
    result = check(Toy((0,), bad_after_1(AssertionFails("no"))))
    assert (result.cause, result.counterexample) == (Cause.ASSERTION, way)
    assert result.exit is Exit.VIOLATION
    result = check(Toy((0,), bad_after_1(RecursionError())))
    assert (result.cause, result.counterexample) == (Cause.RECURSION, way)


def test_error_in_an_invariant_names_it() -> None:
    def refuse(state: State) -> bool:
        if state == (3,):
            raise EvaluationError("no")
        return True

    model = Toy((0,), invariants={"Fine": lambda _: True, "Bad": refuse})
    for result in (check(model), simulate(model, seed=0, walks=1, length=9)):
        assert (result.cause, result.property) == (Cause.EVALUATION, "Bad")
        assert result.counterexample == UP_TO_3


def test_limits_give_unknown_and_say_which() -> None:
    endless = Toy((0,))
    states = check(endless, limits=Limits(states=100))
    assert states.cause is Cause.STATES
    assert states.distinct == 100
    assert "100 states" in states.message
    time = check(endless, limits=Limits(seconds=0.05))
    assert (time.cause, time.verdict) == (Cause.TIMEOUT, Verdict.UNKNOWN)
    memory = check(endless, limits=Limits(memory_mb=1))
    assert memory.cause is Cause.MEMORY
    assert not memory.exhaustive
    assert memory.exit is Exit.UNDECIDED
    assert check(BOUNDED, limits=Limits(states=3)).verdict is Verdict.OK


def test_endless_successors_of_one_state_obey_the_limits() -> None:
    def steps(_: State) -> Iterator[Step]:
        while True:
            yield Step("Noop", (), (0,))

    result = check(Toy((0,), steps), limits=Limits(seconds=0.05))
    assert result.cause is Cause.TIMEOUT


def test_stop_event_and_progress() -> None:
    stop = threading.Event()
    told: list[Progress] = []

    def progress(now: Progress) -> None:
        told.append(now)
        if len(told) == 3:
            stop.set()

    result = check(Toy((0,)), progress=progress, every=10, stop=stop)
    assert (result.cause, result.exit) == (Cause.STOPPED, Exit.INTERRUPTED)
    assert [now.distinct for now in told] == [10, 20, 30]
    assert [now.queue for now in told] == [1, 1, 1]


def test_lasso_has_actions_and_arguments_and_its_way_back() -> None:
    model = replace(
        ring(4),
        fairness=(inc_is_fair(4),),
        temporal={"Stays": Eventually(StatePredicate(lambda s: number(s) > 9))},
    )
    result = check(model)
    assert (result.cause, result.property) == (Cause.PROPERTY, "Stays")
    behavior = result.counterexample
    assert behavior is not None
    assert (behavior.back_to, behavior.stutters) == (1, False)
    expected = [("Inc", (k,), ((k + 1) % 4,)) for k in range(4)]
    assert [tuple(step) for step in behavior.steps] == expected
    assert STUTTER not in {step.action for step in behavior.steps}
    assert result.exhaustive is False


def test_stuttering_counterexample_ends_in_the_state_that_stays() -> None:
    to_2 = StatePredicate(lambda state: state == (2,))
    to_3 = StatePredicate(lambda state: state == (3,))
    model = replace(ring(4), temporal={"P": LeadsTo(to_2, to_3)})
    behavior = check(model).counterexample
    assert behavior is not None
    assert (behavior.stutters, behavior.back_to) == (True, None)
    assert behavior.states == ((0,), (1,), (2,))
    assert check(replace(model, fairness=(inc_is_fair(4),))).verdict is Verdict.OK


def test_the_property_that_is_violated_is_named() -> None:
    often = {f"Often{k}": infinitely_often(StatePredicate(only(k))) for k in (1, 2, 7)}
    model = replace(ring(4), fairness=(inc_is_fair(4),), temporal=often)
    assert check(model).property == "Often7"


@pytest.mark.parametrize(
    ("cut", "name"),
    [
        (Toy(constraints=(small,)), "CONSTRAINT"),
        (Toy(action_constraints=(never_to(3),)), "ACTION_CONSTRAINT"),
        (Toy(view=lambda _: 0), "VIEW"),
        (Toy(symmetry=lambda state: state), "SYMMETRY"),
    ],
)
def test_liveness_is_refused_where_the_graph_is_cut(cut: Toy, name: str) -> None:
    live = replace(cut, temporal={"P": Eventually(StatePredicate(small))})
    with pytest.raises(Mistake, match=rf"\(P\).*{name}"):
        check(live)


def test_limits_hold_while_liveness_is_decided() -> None:
    stop = threading.Event()

    def slow(_: State) -> bool:
        stop.set()
        return True

    size = 3000
    model = replace(ring(size), temporal={"P": Eventually(StatePredicate(slow))})
    assert check(model, stop=stop).cause is Cause.STOPPED


def test_state_graph_has_the_attributes_of_tlcs_dumps() -> None:
    graph, result = state_graph(replace(ring(2), variables=("x",)))
    assert result.exhaustive
    nodes = {node: dict(data) for node, data in graph.nodes(data=True)}
    assert nodes == {
        0: {"state": {"x": 0}, "initial": True},
        1: {"state": {"x": 1}, "initial": False},
    }
    assert sorted(graph.edges(keys=True, data="action")) == [
        (0, 0, "Noop", "Noop"),
        (0, 1, "Inc", "Inc"),
        (1, 0, "Inc", "Inc"),
        (1, 1, "Noop", "Noop"),
    ]


def test_state_graph_has_one_edge_for_several_arguments() -> None:
    def steps(state: State) -> list[Step]:
        return [Step("Set", (k,), (number(state) % 2,)) for k in range(3)]

    graph, _ = state_graph(Toy((0,), steps))
    assert list(graph.edges(keys=True)) == [(0, 0, "Set")]


@given(st.integers(0, 1000))
def test_walks_repeat_with_their_seed_and_take_steps_of_the_model(seed: int) -> None:
    model = ring(5)
    one = walk(model, seed=seed, length=10)
    assert one == walk(model, seed=seed, length=10)
    assert (len(one.steps), one.end) == (10, End.LENGTH)
    here = one.initial
    for step in one.steps:
        assert step in set(model.successors(here))
        here = step.state


def test_walk_ends_at_deadlocks_and_constraints() -> None:
    assert walk(Toy((0,), walled(2)), seed=1, length=9).end is End.DEADLOCK
    bounded = walk(BOUNDED, seed=1, length=9)
    assert (len(bounded.steps), bounded.end) == (2, End.CONSTRAINT)


def test_walks_go_every_way() -> None:
    went = Counter(
        walk(ring(3), seed=seed, length=1).steps[0].action for seed in range(200)
    )
    assert min(went["Noop"], went["Inc"]) > 60


def test_simulation_finds_what_a_search_finds() -> None:
    model = Toy((0,), invariants={"Not3": not_(3)})
    result = simulate(model, seed=0, walks=1, length=9)
    assert (result.cause, result.counterexample) == (Cause.INVARIANT, UP_TO_3)
    stuck = simulate(Toy((0,), walled(3)), seed=0, walks=1, length=9)
    assert (stuck.cause, stuck.counterexample) == (Cause.DEADLOCK, UP_TO_3)
    short = simulate(model, seed=0, walks=7, length=2)
    assert short.verdict is Verdict.OK
    assert not short.exhaustive
    assert (short.depth, short.generated) == (3, 21)
    ended = simulate(model, seed=0, walks=7, length=2, limits=Limits(seconds=0))
    assert ended.verdict is Verdict.UNKNOWN


PROGRAM = """
from pyspec.explore import Step, check, walk
from pyspec.language.temporal import *
class Sets:
    variables = ("s",)
    invariants = initial_properties = step_properties = {}
    constraints = action_constraints = fairness = ()
    check_deadlock = False
    view = symmetry = None
    names = ["a", "b", "c", "d"]
    late = Eventually(StatePredicate(lambda s: len(s[0]) == 9))
    moves = WeakFairness(lambda s: True, lambda s, t: s != t)
    temporal = {"P": late}
    fairness = (moves,)
    def initial_states(self):
        yield (frozenset(),)
    def successors(self, state):
        for one in self.names:
            yield Step("Toggle", (one,), (state[0] ^ {one},))
        for one in frozenset(self.names):  # one action, in the order of hashing
            yield Step("Any", (), (state[0] ^ {one},))
def text(steps):
    return [(step.action, step.arguments, sorted(step.state[0])) for step in steps]
print(text(walk(Sets(), seed=3, length=30).steps))
print(text(check(Sets()).counterexample.steps))
"""


def test_no_hash_seed_changes_a_walk_or_a_counterexample() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "2", "77")
    }
    assert len(outputs) == 1


def test_names_of_causes_and_verdicts_are_those_of_tlcs_outcomes() -> None:
    ours = {cause.name: cause.value for cause in Cause if cause is not Cause.STATES}
    theirs = {cause.name: cause.value for cause in TlcCause}
    assert ours.items() <= theirs.items()
    verdicts = {one.name: one.value for one in TlcVerdict}
    assert {one.name: one.value for one in Verdict} == verdicts
