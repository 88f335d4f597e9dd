"""Driven by its spec, an implementation shows what it never does, or does otherwise."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

import pytest

from pyspec import catalog
from pyspec.campaign.driven import Driven, Effort, Label, Tally, drive
from pyspec.campaign.reached import Reached, reach
from pyspec.errors import Exit, Mistake
from pyspec.language.state import Step
from pyspec.tla2tools import find_toolchain
from pyspec.values import ModelValue, fn, updated
from refimpl.commit.two_phase_commit import (
    Ack,
    TransactionManager,
    two_phase_commit,
)
from refimpl.process import Message, Process, ProcessId, Timer, action, guard, volatile
from refimpl.protocol import Protocol, Role, find_broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspec.language.program import Spec
    from pyspec.language.state import State

# ------------------------------------------------------------- a toy

TICK = Timer("TICK")
NAMES = (ProcessId("p1"), ProcessId("p2"))
VALUES = tuple(map(ModelValue, NAMES))


@dataclass(frozen=True)
class Done(Message):
    """A process counted to its end."""


class Counter(Process):
    """Counts to two, and says so."""

    declares: ClassVar[Mapping[str, str]] = {
        "count": "count[self.id]",
        "heard": "heard[self.id]",
    }
    count: int = volatile(0)
    heard: int = volatile(0)

    def start(self) -> None:
        self.set_timer(TICK, 10)

    @action("Tick(self.id)", on=TICK)
    def tick(self) -> None:
        guard(self.count < 2)
        self.count += 1
        self.set_timer(TICK, 10)
        if self.count == 2:
            self.broadcast(Done())

    @action("Hear(self.id)", on=Done)
    def hear(self) -> None:
        guard(not self.heard)
        self.heard = 1


class Named(NamedTuple):
    """An action, as a compiled spec has it."""

    name: str


class CounterSpec:
    """What a compiled spec is to a driver, written by hand.

    `coin` is known to nobody; `Forget` is what no implementation here does.
    """

    name = "Counter"
    variables = ("count", "heard", "coin")
    actions = (Named("Tick"), Named("Hear"), Named("Forget"))

    def __init__(self, last: int = 2) -> None:
        self.last = last

    def initial_states(self) -> Iterator[State]:
        zero = fn(dict.fromkeys(VALUES, 0))
        yield (zero, zero, 0)
        yield (zero, zero, 1)

    def successors(self, state: State) -> Iterator[Step]:
        count, heard, coin = state
        for p, q in itertools.permutations(VALUES):
            if count[p] < self.last:
                yield Step("Tick", (p,), (updated(count, p, count[p] + 1), heard, coin))
            if not heard[p] and count[q] == 2:
                yield Step("Hear", (p,), (count, updated(heard, p, 1), coin))
            if count[p] == 1 and heard[p]:
                yield Step("Forget", (p,), (count, updated(heard, p, 0), coin))


def toy(make: type[Process] = Counter) -> Protocol:
    return Protocol(
        slug="counter",
        module="Counter",
        roles=(Role(name="counter", ids=NAMES, make=make),),
    )


def driven(
    make: type[Process] = Counter, places: int = 300, spec: object = None
) -> Driven:
    walked = cast("Spec", spec or CounterSpec())
    return drive(toy(make), walked, Effort(places=places))


def reachable_without_forgetting() -> set[State]:
    spec = CounterSpec()
    found = set(spec.initial_states())
    todo = [*found]
    while todo:
        for step in spec.successors(todo.pop()):
            if step.action != "Forget" and step.state not in found:
                found.add(step.state)
                todo.append(step.state)
    return found


def test_what_is_taken_is_what_brute_force_finds() -> None:
    found = driven()
    spec = CounterSpec()
    wanted = {
        Label(step.action, step.arguments)
        for state in reachable_without_forgetting()
        for step in spec.successors(state)
    }
    assert set(found.labels) == wanted
    for label, tally in found.labels.items():
        assert (tally.taken == 0) == (label.action == "Forget")
    assert not found.differences
    assert not found.untried


def test_a_step_that_is_never_taken_is_told_with_a_shortest_behavior() -> None:
    found = driven()
    assert set(found.unreached) == {Label("Forget", ())}
    tally = found.unreached[Label("Forget", ())]
    assert tally.missed == tally.allowed > 0
    assert tally.after is not None
    assert len(tally.after) == 4  # p counts once, q twice, p hears of it


def test_what_only_one_process_never_does_is_told() -> None:
    class Deaf(Counter):
        def hear(self) -> None:
            guard(self.id != "p2")
            super().hear()

    assert set(driven(Deaf).unreached) >= {Label("Hear", (VALUES[1],))}
    assert Label("Hear", (VALUES[0],)) not in driven(Deaf).unreached


def test_another_value_is_a_difference_with_both_values() -> None:
    class Jumping(Counter):
        def tick(self) -> None:
            guard(self.count < 2)
            self.count += 2
            self.set_timer(TICK, 10)

    (found, *_) = driven(Jumping).differences
    assert found.label is not None
    assert found.label.action == "Tick"
    ((name, ours, theirs),) = found.values
    assert (name[:5], ours, theirs) == ("count", 2, 1)
    assert len(found.trace.events) == 1


def test_a_field_that_is_not_assigned_is_a_difference() -> None:
    """No event observes it, so that replay could not know before something follows."""

    class Forgetful(Counter):
        def hear(self) -> None:
            guard(not self.heard)

    (found, *_) = driven(Forgetful).differences
    assert found.label is not None
    assert found.label.action == "Hear"
    assert found.values[0][1:] == (0, 1)


def test_what_changes_besides_is_a_difference() -> None:
    class Meddling(Counter):
        def hear(self) -> None:
            guard(not self.heard)
            self.heard, self.count = 1, 1

    found = [each for each in driven(Meddling).differences if each.values]
    assert any(name.startswith("count") for each in found for name, *_ in each.values)


def test_a_step_that_the_spec_has_not_is_a_difference() -> None:
    (found, *_) = driven(spec=CounterSpec(last=1)).differences
    assert found.label is not None
    assert found.label.action == "Tick"
    assert not found.values
    assert str(found).startswith("differs: Tick(p")
    assert "the spec has no such step here" in str(found)
    assert len(found.trace.events) == 2, "the other process is left out"


def test_an_implementation_that_raises_is_told() -> None:
    class Raising(Counter):
        def hear(self) -> None:
            guard(not self.heard)
            raise ZeroDivisionError("no")

    (found,) = driven(Raising).differences
    assert "ZeroDivisionError: no" in str(found)
    assert [str(step) for step in (found.label, *found.values)] == ["None"]
    assert len(found.trace.events) == 2


def test_what_an_implementation_draws_is_drawn_several_times() -> None:
    class Tossing(Counter):
        def tick(self) -> None:
            guard(self.context.rng.randrange(3) == 0)
            super().tick()

    assert Label("Tick", (VALUES[0],)) not in driven(Tossing).unreached


def test_equal_arguments_give_equal_results() -> None:
    first, second = driven(places=40), driven(places=40)
    first.seconds = second.seconds = 0
    assert first == second


def test_the_number_of_places_is_a_bound() -> None:
    assert driven(places=3).places == 3


def test_an_action_that_next_has_not_is_a_mistake() -> None:
    class Wordy(Counter):
        @action("Tock(self.id)", on=TICK)
        def tock(self) -> None:
            guard(self.count < 2)
            self.set_timer(TICK, 10)

    with pytest.raises(Mistake, match="Tock, which names no step of Counter's Next"):
        driven(Wordy)


def test_a_beginning_that_the_spec_has_not_is_a_mistake() -> None:
    class Late(Counter):
        count: int = volatile(1)

    with pytest.raises(Mistake, match="begins in no initial state"):
        driven(Late)


def test_a_variable_that_the_spec_has_not_is_a_mistake() -> None:
    class Odd(Counter):
        declares: ClassVar[Mapping[str, str]] = {"count": "tally[self.id]"}

    with pytest.raises(Mistake, match="tally, which is no variable of Counter"):
        driven(Odd)


# ------------------------------------------------------------- two-phase commit


TWO = "two RMs"
PATIENT = "a TM without TMAbort"
DEAF = "a TM that notes no Ack"


def implementations() -> dict[str, Protocol]:
    return {
        TWO: two_phase_commit(2),
        PATIENT: two_phase_commit(2, tm_class=PatientTM),
        DEAF: two_phase_commit(2, tm_class=DeafTM),
        **{each.name: each.protocol for each in find_broken("two_phase_commit")},
    }


@cache
def reached(name: str, places: int, *declared: str) -> Reached:
    module = catalog.find("two_phase_commit").spec
    reasons = dict.fromkeys(declared, "it is said so")
    effort = Effort(places=places, seed=7 if name == "resigned_tm" else 0)
    return reach(implementations()[name], module, find_toolchain, effort, reasons)


@pytest.mark.java
def test_two_phase_commit_does_all_that_its_spec_allows() -> None:
    found = reached(TWO, 300)
    assert found.problems == []
    assert found.exit is Exit.FINE
    assert "19 of 19 actions taken" in found.headline
    by_role = found.driven.by_role()
    assert all(tally.taken for tally in by_role.values())
    crashes = found.driven.pairs["TMSendPrepare", "TMCrash"]
    assert crashes, "a crash amid the steps of one timer"


WRONG = {
    "impatient_rm": (30, "differs: RMChooseToAbort(r"),
    "forgetful_rm": (10, "differs: RMPrepare(r"),
    "amnesiac_rm": (30, "differs: RMRestart(r"),
    "hasty_tm": (50, "differs: TMCommit: the spec has no such step here"),
    "counting_tm": (300, "differs: TMCommit: the spec has no such step here"),
    "talkative_tm": (50, 'differs: TMCommit: tmLog is <<>>, in the spec <<"committed"'),
    "resigned_tm": (200, "owes TMSendDecision(r"),
}


@pytest.mark.java
@pytest.mark.parametrize("name", WRONG)
def test_a_broken_implementation_is_found(name: str) -> None:
    assert set(WRONG) == {each.name for each in find_broken("two_phase_commit")}
    places, told = WRONG[name]
    found = reached(name, places)
    assert found.exit is Exit.VIOLATION
    assert any(problem.startswith(told) for problem in found.problems), found.problems
    assert all(len(each.trace.events) <= 11 for each in found.driven.differences)


class PatientTM(TransactionManager):
    """Never loses patience."""

    def abort(self) -> None:
        guard(condition := False)
        assert condition


class DeafTM(TransactionManager):
    """Takes note of no acknowledgement."""

    def rcv_ack(self, message: Ack) -> None:
        guard(self.state in {"committed", "aborted"})
        del message


@pytest.mark.java
def test_a_step_that_was_taken_out_of_the_implementation_is_unreached() -> None:
    found = reached(PATIENT, 30)
    assert found.exit is Exit.VIOLATION
    (problem,) = [each for each in found.problems if "TMAbort" in each]
    assert problem.startswith("unreached: TMAbort, allowed in ")
    assert problem.endswith("first after the beginning")


@pytest.mark.java
def test_a_step_that_was_changed_in_the_implementation_differs() -> None:
    found = reached(DEAF, 80)
    (problem,) = [each for each in found.problems if each.startswith("differs")]
    assert "TMRcvAck(r" in problem
    assert "tmAcked is {}, in the spec {r" in problem


@pytest.mark.java
def test_what_is_declared_as_unreached_is_no_problem() -> None:
    found = reached(PATIENT, 30, "TMAbort")
    assert not [each for each in found.problems if "TMAbort" in each]


@pytest.mark.java
def test_what_is_declared_as_unreached_must_not_be_reached() -> None:
    found = reached(TWO, 20, "TMAbort", "TMAbrot")
    assert found.exit is Exit.VIOLATION
    assert any("but taken" in each and "TMAbort" in each for each in found.problems)
    assert "declared as unreached, but no action of the spec: TMAbrot" in found.problems


@pytest.mark.java
def test_time_that_runs_out_leaves_it_undecided() -> None:
    module = catalog.find("two_phase_commit").spec
    patient, effort = implementations()[PATIENT], Effort(seconds=1e-9)
    found = reach(patient, module, find_toolchain, effort, {})
    assert not found.driven.is_whole
    exits = [found.exit]
    found.driven.labels[Label("TMAbort", ())] = Tally(allowed=1, missed=1)
    exits.append(found.exit)
    assert exits == [Exit.FINE, Exit.UNDECIDED], "first, nothing was looked at"
