"""What chance did to a system can be done to it again, step by step, or in part."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from refimpl.commit.two_phase_commit import ResourceManager, two_phase_commit
from refimpl.process import ImplementationError
from refimpl.protocol import Faults, Protocol, find, find_broken, slugs
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


EVERY = [
    *(each for slug in slugs() for _, each in find(slug).configurations),
    *(each.protocol for slug in slugs() for each in find_broken(slug)),
]


def faults_at_random(chance: random.Random) -> Faults:
    """Return faults of all kinds, of each few, many, or none."""

    def span(most_us: int) -> tuple[int, int]:
        one, other = sorted(chance.choices(range(most_us + 1), k=2))
        return 1000 * one, 1000 * other

    def count() -> int:
        return chance.choice((0, 0, 1, 5, 50))

    def percent() -> int:
        return chance.choice((1, 4, 12, 40))

    return Faults(
        losses=count(),
        duplications=count(),
        crashes=count(),
        partitions=count(),
        pauses=count(),
        loss_percent=percent(),
        duplication_percent=percent(),
        crash_percent=percent(),
        unsynced_percent=chance.choice((0, 30, 100)),
        latency_ns=chance.choice(((0, 0), span(50), span(20_000))),
        latency=chance.choice(("uniform", "long tail")),
        fifo=chance.random() < 0.5,
        downtime_ns=span(200_000),
        partition_ns=span(500_000),
        pause_ns=span(300_000),
        calm_ns=span(300_000),
        skew_ns=chance.choice((0, 10**9)),
        drift_ppm=chance.choice((0, 1000, 500_000)),
        stay_down=frozenset(chance.choice(((), ("tm",), ("rm",), ("server",)))),
    )


@pytest.mark.parametrize("protocol", EVERY)
def test_whatever_goes_wrong_can_be_done_again(protocol: Protocol) -> None:
    for seed in range(4):
        faults = faults_at_random(random.Random(seed))  # noqa: S311 - to be repeated
        recorder, schedule = Recorder(protocol), Schedule()
        world = World(protocol, seed, faults, recorder=recorder, schedule=schedule)
        world.run(120)
        if seed % 2:
            world.calm(40)
        again = Recorder(protocol)
        system = Steered(protocol, seed, again, clocks=schedule.clocks)
        taken = system.take_all(schedule.happenings)
        assert taken == schedule.happenings
        assert again.events == recorder.events
        assert system.history == world.history


def test_a_force_that_may_not_be_is_refused_whatever_is_noted() -> None:
    class Hasty(ResourceManager):
        def start(self) -> None:
            self.log = ("prepared",)
            self.sync()

    faults = Faults(crashes=9, crash_percent=100)
    protocol = two_phase_commit(rm_class=Hasty)
    with pytest.raises(ImplementationError, match="start sends or forces"):
        World(protocol, 0, faults, schedule=Schedule()).run()


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
