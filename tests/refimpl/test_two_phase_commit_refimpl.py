"""Two-phase commit's implementation: it agrees, ends, and takes steps of the spec.

The judge here is a transcription of the spec (conftest); the spec itself judges
the same traces in the tests of replay.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from pyspec.trace.model import Call, End, Event, Trace
from refimpl.commit.two_phase_commit import (
    PROTOCOL,
    ResourceManager,
    TransactionManager,
    two_phase_commit,
)
from refimpl.commit.two_phase_commit_broken import BROKEN
from refimpl.protocol import Broken, Faults, find_broken
from refimpl.sim import Observe, World, simulate

Rejected = Callable[[Trace], int | None]

ACTIONS = {
    "TMSendPrepare",
    "TMRcvPrepared",
    "TMRcvRefused",
    "TMCommit",
    "TMAbort",
    "TMSendDecision",
    "TMRcvAck",
    "TMCrash",
    "TMRestart",
    "RMPrepare",
    "RMVoteAgain",
    "RMRefuse",
    "RMChooseToAbort",
    "RMRcvCommitMsg",
    "RMRcvAbortMsg",
    "RMCrash",
    "RMRestart",
    "LoseMessage",
    "DuplicateMessage",
}


def actions(trace: Trace) -> list[str]:
    return [name(event) for event in trace.events]


def name(event: Event) -> str:
    (step,) = event.steps
    assert isinstance(step, Call)
    return step.action


def logs(world: World) -> list[tuple[str, ...]]:
    rms = (name for role in world.protocol.roles[1:] for name in role.ids)
    found = [world.forced(rm).get("log", ()) for rm in rms]
    assert all(isinstance(log, tuple) for log in found)
    return found  # type: ignore[return-value]


def decisions(world: World) -> set[str]:
    return {entry for log in logs(world) for entry in log} - {"prepared"}


# -------------------------------------------------------- it is right


@pytest.mark.parametrize("batch", range(4))
def test_all_rms_decide_alike_whatever_goes_wrong(
    batch: int, rejected: Rejected
) -> None:
    for seed in range(100 * batch, 100 * batch + 100):
        world = World(PROTOCOL, seed)
        trace = world.record()
        assert trace.end is End.QUIESCENT, seed
        assert len(decisions(world)) == 1, seed
        assert all(log[-1] != "prepared" for log in logs(world)), seed
        if "committed" in decisions(world):
            assert logs(world) == [("prepared", "committed")] * 3, seed
        assert rejected(trace) is None, seed


@pytest.mark.parametrize("rms", [1, 2, 5])
def test_it_works_for_any_number_of_rms(rms: int, rejected: Rejected) -> None:
    for seed in range(30):
        world = World(two_phase_commit(rms), seed)
        assert rejected(world.record()) is None
        assert len(decisions(world)) == 1


def test_worse_weather_than_the_fault_model_still_makes_steps_of_the_spec(
    rejected: Rejected,
) -> None:
    faults = Faults(
        losses=30,
        duplications=30,
        crashes=20,
        loss_percent=30,
        duplication_percent=30,
        crash_percent=10,
        latency_ns=(0, 200_000_000),
    )
    for seed in range(40):
        world = World(PROTOCOL, seed, faults)
        trace = world.record(max_events=5000)
        assert trace.end is End.QUIESCENT
        assert rejected(trace) is None
        assert len(decisions(world)) == 1


def test_every_action_of_the_spec_is_taken() -> None:
    taken = Counter(a for seed in range(120) for a in actions(simulate(PROTOCOL, seed)))
    assert set(taken) == ACTIONS
    assert min(taken.values()) >= 5


def test_it_commits_when_all_vote_yes_and_nothing_fails() -> None:
    for seed in range(100):
        world = World(two_phase_commit(refusal_percent=0), seed, Faults())
        world.record()
        assert decisions(world) == {"committed"}


def test_it_aborts_when_one_cannot_prepare() -> None:
    for seed in range(20):
        world = World(two_phase_commit(refusal_percent=100), seed, Faults())
        trace = world.record()
        assert decisions(world) == {"aborted"}
        assert "RMPrepare" not in actions(trace)


def test_prepared_rms_wait_for_ever_for_a_tm_that_does_not_return(
    rejected: Rejected,
) -> None:
    faults = Faults(
        crashes=1,
        crash_percent=15,
        spared=frozenset({"rm"}),
        stay_down=frozenset({"tm"}),
    )
    blocked = 0
    for seed in range(40):
        world = World(PROTOCOL, seed, faults)
        trace = world.record()
        assert trace.end is End.QUIESCENT
        assert rejected(trace) is None
        assert len(decisions(world)) <= 1
        blocked += ("prepared",) in logs(world)
    assert blocked > 3


# -------------------------------------------------------- it is like the spec


@pytest.mark.parametrize("role", [TransactionManager, ResourceManager])
def test_every_method_that_is_an_action_argues_for_itself(
    role: type[TransactionManager | ResourceManager],
) -> None:
    prefix = "TM" if role is TransactionManager else "RM"
    for handler in role.handlers:
        assert getattr(role, handler.method).__doc__
        spec = handler.mark.template.name.removeprefix(prefix)
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in spec)
        assert handler.method == snake.lstrip("_")


def test_it_knows_nothing_of_the_simulator() -> None:
    program = (
        "import sys, refimpl.commit.two_phase_commit, refimpl.commit."
        "two_phase_commit_broken; print([m for m in sys.modules if 'sim' in m "
        "and m.startswith('refimpl')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


# -------------------------------------------------------- broken ones are found


def each_broken() -> list[object]:
    return [pytest.param(each, id=each.name) for each in BROKEN]


@pytest.mark.parametrize("broken", each_broken())
def test_a_broken_implementation_breaks_its_promise(broken: Broken) -> None:
    for seed in broken.seeds:
        world = World(broken.protocol, seed, broken.faults)
        trace = world.record()
        if broken.owes:
            assert trace.end is End.QUIESCENT
            assert ("prepared",) in logs(world)
        else:
            assert decisions(world) == {"committed", "aborted"}


@pytest.mark.parametrize("broken", each_broken())
def test_a_broken_implementation_is_rejected_where_it_says(
    broken: Broken, rejected: Rejected
) -> None:
    for seed in broken.seeds:
        trace = simulate(broken.protocol, seed, broken.faults)
        number = rejected(trace)
        found = () if number is None else (name(trace.events[number - 1]),)
        assert frozenset(found) == broken.rejected_at


@pytest.mark.parametrize("broken", each_broken())
def test_the_same_seeds_are_fine_for_the_unbroken_implementation(
    broken: Broken, rejected: Rejected
) -> None:
    for seed in broken.seeds:
        world = World(PROTOCOL, seed, broken.faults)
        assert rejected(world.record()) is None
        assert len(decisions(world)) == 1


def test_a_broken_implementation_says_how_it_is_found() -> None:
    with pytest.raises(ValueError, match="one of rejected_at and owes"):
        replace(BROKEN[0], owes="TMCommit")
    with pytest.raises(ValueError, match="one of rejected_at and owes"):
        replace(BROKEN[0], rejected_at=frozenset())


def test_broken_implementations_are_found_by_the_slug() -> None:
    assert find_broken("two_phase_commit") == BROKEN
    assert len({broken.name for broken in BROKEN}) == len(BROKEN) >= 4
    assert all(broken.wrong for broken in BROKEN)


# -------------------------------------------------------- the judge judges


def test_the_judge_rejects_a_trace_without_its_first_event(rejected: Rejected) -> None:
    trace = simulate(PROTOCOL, 0, Faults())
    assert rejected(trace) is None
    assert rejected(replace(trace, events=trace.events[1:])) is not None


def test_the_judge_rejects_every_event_that_happens_twice(rejected: Rejected) -> None:
    trace = simulate(PROTOCOL, 0, Faults())
    for place, event in enumerate(trace.events):
        events = (*trace.events[:place], event, *trace.events[place:])
        assert rejected(replace(trace, events=events)) is not None, event


def test_the_judge_rejects_every_false_observation(rejected: Rejected) -> None:
    trace = simulate(PROTOCOL, 7)
    for place, event in enumerate(trace.events):
        for which, fact in enumerate(event.observations):
            wrong = list(event.observations)
            wrong[which] = replace(fact, value="something else")
            changed = replace(event, observations=tuple(wrong))
            events = (*trace.events[:place], changed, *trace.events[place + 1 :])
            assert rejected(replace(trace, events=events)) == event.number


def test_the_judge_needs_no_observations_to_reject_a_missing_vote(
    rejected: Rejected,
) -> None:
    (hasty,) = (broken for broken in BROKEN if broken.name == "hasty_tm")
    trace = simulate(
        hasty.protocol, hasty.seeds[0], hasty.faults, observe=Observe.NAMES
    )
    assert rejected(trace) is not None
