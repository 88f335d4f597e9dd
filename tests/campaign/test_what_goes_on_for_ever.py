"""Runs that never rest: what they do without faults, round and round, is judged."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.campaign.fuzzing.calm import CALM, Calm, Circle, settle
from pyspec.campaign.fuzzing.findings import Store
from pyspec.campaign.fuzzing.judge import Judge
from pyspec.campaign.fuzzing.schedule_file import read_schedule
from pyspec.campaign.fuzzing.shrink import Shrinking
from pyspec.campaign.fuzzing.subject import Subject
from pyspec.conformance import Limits, NativeEngine, ask
from pyspec.tla2tools import find_toolchain
from pyspec.trace import read_trace
from pyspec.trace.model import End, Expected, Loop
from refimpl.commit.two_phase_commit import (
    Prepare,
    ResourceManager,
    two_phase_commit,
)
from refimpl.process import ProcessId
from refimpl.protocol import Faults, find, find_broken
from refimpl.sim.recorder import NETWORK, Observe, Recorder
from refimpl.sim.steered import Steered
from refimpl.sim.system import System
from refimpl.sim.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

IDLE = """
from refimpl.consensus.raft import Server, raft
from refimpl.process import guard

class Idle(Server):
    def apply(self):
        guard(self.role == "leader")
        super().apply()

PROTOCOL = raft(server_class=Idle)
"""
toolchain = cache(find_toolchain)


def judge(*, file: Path | None = None, variant: str | None = None) -> Judge:
    subject = Subject("raft", None, str(file) if file else None, variant)
    return Judge(subject, toolchain, calm=CALM)


# ------------------------------------------------------------ circles


class Clock(System):
    """A system of which only the times are asked."""

    def __init__(self) -> None:
        self.now_ns = self.until_ns = 0

    @property
    def pending_until_ns(self) -> int:
        return self.until_ns


def noted(states: str, *, until_ns: Sequence[int] = ()) -> Calm:
    """Note a state an event, from event 10 on; each event takes a nanosecond."""
    clock = Clock()
    calm = Calm(clock)
    for place, state in enumerate(states):
        clock.now_ns = 10 + place
        clock.until_ns = until_ns[place] if until_ns else clock.now_ns
        calm.note(clock.now_ns, state)
    return calm


def test_the_longest_circle_is_that_of_a_state_that_comes_again_the_latest() -> None:
    calm = noted("xabcabcaby")
    assert calm.longest(10) == Circle(11, 17)
    assert calm.longest(15) is None
    assert [*calm.shorter(Circle(11, 17))] == [Circle(11, 14)]


@pytest.mark.parametrize("states", ["", "abc"])
def test_no_circle_without_a_state_that_comes_again(states: str) -> None:
    assert noted(states).longest(2) is None


def test_no_circle_before_all_has_come_that_was_pending() -> None:
    assert noted("aaaaaaaa", until_ns=[18] * 8).longest(2) is None
    calm = noted("aaaaaaaa", until_ns=[14] * 8)
    assert calm.longest(2) == Circle(10, 17)
    assert [*calm.shorter(Circle(10, 17))] == [Circle(10, n) for n in (14, 15)]
    assert noted("aaaaaaaa", until_ns=[18, 18, *[17] * 6]).longest(2) == Circle(12, 17)


def test_nothing_goes_round_where_no_event_is() -> None:
    calm = Calm(Clock())
    for happenings in range(1, 5):
        calm.note(7, "a", happenings)
    assert calm.longest(0) is None
    calm.note(8, "a", 5)
    assert calm.longest(0) == Circle(7, 8, 5)
    assert [*calm.shorter(Circle(7, 8, 5))] == []


# ------------------------------------------------------------ the calm


@pytest.mark.parametrize("seed", range(8))
def test_nothing_goes_wrong_in_a_calm(seed: int) -> None:
    protocol = find("raft")
    faults = replace(protocol.faults, losses=10**6, crashes=10**6, pauses=10**6)
    world = World(protocol, seed, replace(faults, partitions=10**6, duplications=10**6))
    assert world.run(300) is End.CUT
    before = dict(world.dice.used)
    assert all(before.values())
    assert world.calm(600) is End.CUT
    assert dict(world.dice.used) == before
    assert all(node.process is not None for node in world.nodes.values())


@pytest.mark.parametrize("seed", range(8))
def test_a_calm_knows_of_every_message_on_its_way(seed: int) -> None:
    protocol = find("raft")
    world = World(protocol, seed, replace(protocol.faults, latency="long tail"))
    before, number = world.run(200), 0

    def look() -> None:
        nonlocal number
        number += 1
        assert world.pending_until_ns > world.now_ns
        for envelope in world.in_flight.values():
            assert any(subject is envelope for *_, subject in world._queue)

    assert before is End.CUT
    world.calm(300, look)
    assert number > 50


def test_what_was_to_be_lost_arrives_in_a_calm() -> None:
    faults = Faults(losses=10**6, loss_percent=100, duplications=9)
    any_in_flight = False
    for events in range(60, 66):
        recorder = Recorder(find("raft"), Observe.NAMES)
        world = World(find("raft"), 1, faults, recorder=recorder)
        world.run(events)
        before = len(recorder.events)
        any_in_flight = any_in_flight or bool(world.in_flight)
        world.calm(200)
        assert all(event.process != NETWORK for event in recorder.events[before:])
    assert any_in_flight


def test_a_cut_that_would_come_much_later_is_not_waited_for() -> None:
    hour = 3600 * 10**9
    faults = Faults(partitions=1, pauses=1, calm_ns=(hour, hour))
    world = World(find("raft"), 1, faults)
    world.run(60)
    assert world.pending_until_ns > hour
    world.calm(10)
    assert world.pending_until_ns < hour


def test_who_is_down_comes_back_even_if_the_others_never_rest() -> None:
    class Endless(ResourceManager):
        """Sends a message to itself whenever it gets one."""

        def prepare(self) -> None:
            self.send(self.id, Prepare(self.id))

    system = Steered(two_phase_commit(rm_class=Endless), 0)
    system.start()
    for each in settle(system, frozenset(), 40):
        last = each
    assert last.kind == "deliver"
    tm = system.nodes[ProcessId("tm")]
    system.crash(tm)
    for _ in settle(system, frozenset(), system.events + 2):
        pass
    assert tm.process is not None


def test_a_run_may_come_to_rest_in_its_calm() -> None:
    world = World(find("two_phase_commit"), 0, Faults(losses=10**6, loss_percent=99))
    assert world.run(20) is End.CUT
    assert world.calm(10**4) is End.QUIESCENT


# ------------------------------------------------------------ judged


@pytest.mark.java
@pytest.mark.parametrize("variant", [None, "pre_votes"])
def test_the_implementation_owes_nothing_as_it_goes_round(variant: str | None) -> None:
    held = judge(variant=variant)
    for seed in (0, 4):
        ran = held.drawn(seed, held.protocol.faults, 300)
        assert ran.circled
        assert ran.failure is None
    assert not held.drawn(1, held.protocol.faults, 300).circled


@pytest.mark.java
def test_a_run_in_which_no_client_asks_for_anything_is_judged_all_the_same() -> None:
    assert judge().drawn(0, Faults(), 1).failure is None
    broken = next(each for each in find_broken("raft") if each.owes)
    held = Judge(Subject("raft", broken.name), toolchain, calm=CALM)
    for seed in broken.seeds:
        ran = held.drawn(seed, broken.faults, 500)
        assert not ran.history
        if ran.failure is not None:
            break
    assert ran.failure is not None
    assert ran.failure.sign == ("owes", broken.owes)


@pytest.mark.java
def test_without_a_calm_no_circle_is_judged() -> None:
    held = Judge(Subject("raft"), toolchain)
    ran = held.steered(0, [], rest=frozenset(), events=60)
    assert ran.trace.end is End.CUT
    assert not ran.circled


@pytest.mark.java
def test_who_stands_still_for_long_is_not_blamed_for_it() -> None:
    ms = 10**6
    faults = Faults(
        pauses=1, pause_ns=(60_000 * ms, 90_000 * ms), calm_ns=(300 * ms, 900 * ms)
    )
    ran = judge().drawn(380, faults, 60)
    assert ran.failure is None
    assert not ran.circled


@pytest.mark.java
def test_what_is_never_done_is_owed_and_made_small(tmp_path: Path) -> None:
    file = tmp_path / "idle.py"
    file.write_text(IDLE, encoding="utf-8")
    held = judge(file=file)
    faults = Faults(losses=1)
    ran = held.drawn(0, faults, 60)
    assert ran.failure is not None
    assert ran.failure.sign == ("owes", "Proceed")
    assert isinstance(ran.trace.end, Loop)
    shrinking = Shrinking(held, 0, faults, ran.failure, events=60, seconds=8)
    small = shrinking.shrunk()
    assert small is not None
    found = Store(tmp_path, held.subject).add("it", small.ran, small.protocol, 0, {})
    assert found.trace is not None
    assert found.schedule is not None
    assert read_trace(Path(found.trace)).end == small.ran.trace.end
    noted = read_schedule(Path(found.schedule), held.protocol)
    assert noted.happenings == (*small.ran.happenings, *small.ran.settled)
    trace = small.ran.trace
    assert isinstance(trace.end, Loop)
    assert len(trace.events) < len(ran.trace.events) // 2
    assert trace.expect is not None
    assert trace.expect.verdict is Expected.OWES
    [verdict] = NativeEngine(toolchain, Limits(explained=0)).decide(
        [ask(held.spec, trace)]
    )
    assert verdict.owed
    assert all(each.startswith("Proceed(") for each in verdict.owed)
