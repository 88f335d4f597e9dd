"""What chance did to a system can be done to it again, step by step, or in part."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from refimpl.commit.two_phase_commit import two_phase_commit
from refimpl.protocol import Faults
from refimpl.sim.recorder import Recorder
from refimpl.sim.schedule import Schedule
from refimpl.sim.steered import Steered
from refimpl.sim.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.trace.model import Event, Trace
    from refimpl.sim.schedule import Happening

    Rejected = Callable[[Trace], int | None]

PROTOCOL = two_phase_commit()
STORMY = Faults(
    losses=4,
    duplications=4,
    crashes=4,
    crash_percent=12,
    partitions=1,
    pauses=1,
    calm_ns=(0, 50_000_000),
)


def drawn(seed: int, faults: Faults = STORMY) -> tuple[list[Event], list[Happening]]:
    """Return the events of a run that chance decided, and its schedule."""
    recorder, schedule = Recorder(PROTOCOL), Schedule()
    World(PROTOCOL, seed, faults, recorder=recorder, schedule=schedule).run()
    return recorder.events, schedule.happenings


def steered(seed: int, happenings: list[Happening]) -> Recorder:
    """Return what was recorded while these things happened."""
    recorder = Recorder(PROTOCOL)
    Steered(PROTOCOL, seed, recorder).take_all(happenings)
    return recorder


@pytest.mark.parametrize("seed", range(60))
def test_the_whole_schedule_gives_the_same_trace(seed: int) -> None:
    events, happenings = drawn(seed)
    assert steered(seed, happenings).events == events


def test_schedules_hold_all_kinds_of_crashes() -> None:
    every = [each for seed in range(60) for each in drawn(seed)[1]]
    assert any(each.doom for each in every)
    assert any(each.crash_after for each in every)
    assert any(each.kind == "crash" for each in every)


def test_a_part_of_a_schedule_is_a_run_of_the_protocol(rejected: Rejected) -> None:
    chance, taken = random.Random(7), 0  # noqa: S311 - to be repeated
    for seed in range(100):
        events, happenings = drawn(seed)
        part = [each for each in happenings if chance.random() < 0.8]
        recorder = steered(seed, part)
        taken += len(recorder.events) < len(events)
        trace = recorder.trace({}, World(PROTOCOL, 0).run(0))
        assert rejected(trace) is None
        times = [event.time_ns or 0 for event in trace.events]
        assert times == sorted(times)
    assert taken > 50


def test_what_cannot_happen_changes_nothing() -> None:
    _, happenings = drawn(3)
    system = Steered(PROTOCOL, 3, Recorder(PROTOCOL))
    system.start()
    delivery = next(each for each in happenings if each.kind == "deliver")
    assert not system.take(delivery), "nothing is in flight yet"
    assert not system.take(replace(delivery, kind="restart", message=None))
    assert system.events == system.now_ns == 0


def test_what_is_possible_can_be_taken(rejected: Rejected) -> None:
    chance = random.Random(11)  # noqa: S311 - to be repeated
    for seed in range(30):
        recorder = Recorder(PROTOCOL)
        system = Steered(PROTOCOL, seed, recorder)
        system.start()
        for _ in range(60):
            possible = [*system.possible()]
            if not possible:
                break
            assert system.take(chance.choice(possible))
        trace = recorder.trace({}, World(PROTOCOL, 0).run(0))
        assert len(trace.events) > 20
        assert rejected(trace) is None
