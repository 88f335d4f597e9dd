"""Any numbers are a run of an implementation, and smaller ones a calmer run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from pyspec.campaign.drawn import Bounds, Course, FaultPlan, drawn
from pyspec.testing import fault_plans, run, schedules
from pyspec.trace.model import Call, End, Trace
from refimpl.commit.two_phase_commit import TransactionManager, two_phase_commit
from refimpl.process import guard
from refimpl.protocol import Faults, Protocol, find_broken

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.campaign.drawn import Turn

    Rejected = Callable[[Trace], int | None]

PROTOCOL = two_phase_commit()
TURN = st.tuples(st.integers(0, 9), st.integers(0, 99))
TURNS = st.dictionaries(st.integers(0, 60), TURN, max_size=20)


def names(trace: Trace) -> Counter[str]:
    calls = (step for event in trace.events for step in event.steps)
    return Counter(call.action for call in calls if isinstance(call, Call))


@settings(max_examples=60)
@given(turns=TURNS, length=st.integers(0, 60), seed=st.integers(0, 3))
def test_any_numbers_are_a_run_within_its_bounds(
    rejected: Rejected, turns: dict[int, Turn], length: int, seed: int
) -> None:
    bounds = Bounds(losses=1, copies=2, crashes=1)
    course = drawn(PROTOCOL, turns, length=length, bounds=bounds, seed=seed)
    assert len(course.happenings) <= length
    trace = run(course)
    assert rejected(trace) is None
    found = names(trace)
    assert found["TMCrash"] + found["RMCrash"] <= 1
    assert found["DuplicateMessage"] <= 2
    assert run(course) == trace


def test_without_turns_nothing_goes_wrong() -> None:
    course = drawn(PROTOCOL, {}, length=60, bounds=Bounds(9, 9, 9))
    found = names(run(course))
    assert found["TMCommit"] == 1
    assert found["RMRcvCommitMsg"] == 3
    assert not {name for name in found if "Crash" in name or "Message" in name}
    assert run(course).end is End.QUIESCENT


def test_each_kind_of_fault_can_be_a_turn() -> None:
    courses = [
        drawn(PROTOCOL, {3: (kind, which)}, length=5, bounds=Bounds())
        for kind in range(5)
        for which in range(40)
    ]
    turns = [c.happenings[3] for c in courses if len(c.happenings) > 3]
    assert {each.kind for each in turns} >= {"deliver", "fire", "copy", "lose", "crash"}
    assert any(each.doom for each in turns)
    assert any(each.crash_after for each in turns)


def test_a_course_is_told_in_words() -> None:
    course = drawn(PROTOCOL, {1: (0, 3)}, length=2, bounds=Bounds(), seed=4)
    assert repr(course) == (
        "<two_phase_commit, seed 4:\n    fire tm: resend\n    fire tm: resend>"
    )
    assert "nothing" in repr(Course(PROTOCOL, ()))


def test_an_implementation_that_raises_does_so_where_its_course_is_run() -> None:
    class RaisingTM(TransactionManager):
        """Divides by zero when it has every vote."""

        def commit(self) -> None:
            guard(self.prepared == frozenset(self.rms))
            raise ZeroDivisionError

    protocol = two_phase_commit(tm_class=RaisingTM)
    course = drawn(protocol, {}, length=60, bounds=Bounds())
    with pytest.raises(ZeroDivisionError):
        run(course)


SHORTEST = {
    "impatient_rm": 5,  # asked three times, an RM prepares, and gives up
    "forgetful_rm": 4,
    "amnesiac_rm": 6,
    "hasty_tm": 8,
    "counting_tm": 11,
    "talkative_tm": 10,
}
"""Where the shortest run is rejected that there is of each mistake, one firing of a
timer being three events: RESEND asks all RMs."""

SLOW = "counting_tm"
"""It takes a copy that arrives at the right time, so hundreds of runs."""

TO_BE_REPEATED = settings(
    max_examples=1000,
    derandomize=True,
    database=None,
    phases=(Phase.generate, Phase.shrink),
)


def shrunk(protocol: Protocol, rejected: Rejected) -> tuple[Course, int]:
    """Return the last run that failed, and where: what Hypothesis shows."""
    failed: list[tuple[Course, int]] = []

    @TO_BE_REPEATED
    @given(schedule=schedules(protocol))
    def every_run_conforms(schedule: Course) -> None:
        at = rejected(run(schedule))
        if at is not None:
            failed.append((schedule, at))
        assert at is None

    with pytest.raises(AssertionError) as raised:
        every_run_conforms()
    assert repr(failed[-1][0]).splitlines()[1] in "\n".join(raised.value.__notes__)
    return failed[-1]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.nightly) if name == SLOW else name
        for name in SHORTEST
    ],
)
def test_a_broken_implementation_is_found_by_a_short_run(
    name: str, rejected: Rejected
) -> None:
    broken = {each.name: each.protocol for each in find_broken("two_phase_commit")}
    course, at = shrunk(broken[name], rejected)
    assert at <= SHORTEST[name] + 2
    assert len(course.happenings) <= SHORTEST[name]


def test_what_is_found_is_found_again(rejected: Rejected) -> None:
    (broken,) = [e for e in find_broken("two_phase_commit") if e.name == "hasty_tm"]
    first, second = (shrunk(broken.protocol, rejected) for _ in range(2))
    assert (repr(first[0]), first[1]) == (repr(second[0]), second[1])


@settings(
    settings.get_profile("default"),
    deadline=None,
    max_examples=40,
    suppress_health_check=(),
)
@given(schedule=schedules(PROTOCOL))
def test_no_health_check_of_hypothesis_complains(schedule: Course) -> None:
    assert len(schedule.happenings) <= 60


@settings(max_examples=30)
@given(faults=fault_plans(PROTOCOL, losses=2, copies=0, crashes=1))
def test_fault_plans_are_runs_within_their_bounds(
    rejected: Rejected, faults: FaultPlan
) -> None:
    trace = run(faults)
    assert rejected(trace) is None
    found = names(trace)
    assert found["DuplicateMessage"] == 0
    assert found["TMCrash"] + found["RMCrash"] <= 1


@settings(max_examples=30)
@given(
    schedule=schedules(replace(PROTOCOL, faults=Faults(crashes=1))),
    faults=fault_plans(replace(PROTOCOL, faults=Faults(losses=1))),
)
def test_faults_that_the_model_has_none_of_are_not_drawn(
    schedule: Course, faults: FaultPlan
) -> None:
    found = names(run(schedule))
    assert found["DuplicateMessage"] == 0
    assert (faults.faults.duplications, faults.faults.crashes) == (0, 0)


def test_faults_of_the_model_are_drawn_and_others_if_somebody_says_so() -> None:
    quiet = replace(PROTOCOL, faults=Faults())
    asked = find(
        fault_plans(quiet, copies=2), lambda plan: bool(plan.faults.duplications)
    )
    drawn_by_model = find(
        fault_plans(PROTOCOL),
        lambda plan: plan.faults.losses + plan.faults.crashes == 6,
    )
    assert asked.faults.losses == 0
    assert drawn_by_model.faults.losses == 3


def test_fault_plans_shrink_to_the_fault_that_matters(rejected: Rejected) -> None:
    (broken,) = [e for e in find_broken("two_phase_commit") if e.name == "amnesiac_rm"]
    failed: list[FaultPlan] = []

    @TO_BE_REPEATED
    @given(faults=fault_plans(broken.protocol))
    def every_run_conforms(faults: FaultPlan) -> None:
        if rejected(run(faults)) is not None:
            failed.append(faults)
            raise AssertionError

    with pytest.raises(AssertionError):
        every_run_conforms()
    faults = failed[-1].faults
    assert (faults.losses, faults.duplications, faults.crashes) == (0, 0, 1)
    assert repr(failed[-1]).startswith("<two_phase_commit, seed ")
