"""The simulated world: one seed one trace, and faults as they are bounded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.trace import parse_trace, write_trace
from pyspec.trace.model import Call, End, Event, Trace
from pyspec.values import ModelValue, Value, fn, record
from refimpl.commit.two_phase_commit import two_phase_commit
from refimpl.commit.two_phase_commit_broken import TalkativeTM
from refimpl.process import (
    ImplementationError,
    Message,
    Process,
    ProcessId,
    Timer,
    action,
    guard,
    volatile,
)
from refimpl.protocol import Faults, Protocol, Role, find, slugs
from refimpl.sim import Observe, World, simulate
from refimpl.sim.dice import Doom
from refimpl.sim.recorder import value_of

if TYPE_CHECKING:
    from refimpl.sim.node import Envelope

PROTOCOL = two_phase_commit(refusal_percent=0)
R1 = ModelValue("r1")
STORMY = Faults(losses=4, duplications=4, crashes=4, crash_percent=8)


def call(event: Event) -> Call:
    (step,) = event.steps
    assert isinstance(step, Call)
    return step


def names(events: Iterable[Event]) -> list[str]:
    return [call(event).action for event in events]


def seen(event: Event) -> dict[str, Value]:
    return {each.path.root: each.value for each in event.observations}


def message(kind: str) -> Value:
    return record(type=kind, rm=R1)


def of_r1(trace: Trace) -> list[Event]:
    return [event for event in trace.events if event.process == "r1"]


# -------------------------------------------------------- determinism

DUMP = """
import hashlib
from pyspec.trace import write_trace
from refimpl.protocol import find
from refimpl.sim import simulate
texts = [write_trace(simulate(find("two_phase_commit"), n)) for n in range(20)]
digest = hashlib.sha256("".join(texts).encode()).hexdigest()
print(digest, "".join(frozenset("abcdefgh")))
"""


def test_equal_seeds_give_equal_traces() -> None:
    assert simulate(PROTOCOL, 5, STORMY) == simulate(PROTOCOL, 5, STORMY)


def test_other_seeds_give_other_traces() -> None:
    assert len({simulate(PROTOCOL, n, STORMY).events for n in range(20)}) == 20


def test_a_trace_does_not_depend_on_the_hash_seed() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", DUMP],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
        )
        for hash_seed in ("0", "1", "20231")
    ]
    outputs = [run.communicate()[0].split() for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len({digest for digest, _ in outputs}) == 1
    assert len({order for _, order in outputs}) == 3, "the hash seeds had no effect"


ORDERED = """
from dataclasses import dataclass
from refimpl.actions import in_order
from refimpl.maps import FrozenMap

@dataclass(frozen=True)
class Vote:
    by: frozenset

names = [f"n{number}" for number in range(6)]
sets = [frozenset(names[low:]) for low in range(5)]
given = {*sets, *map(Vote, sets), *((each, 1) for each in sets)}
given.add(FrozenMap({sets[0]: 2}))
print(*[in_order(given).index(each) for each in (*sets, *map(Vote, sets))])
print(*given)
"""


def test_sets_of_sets_are_in_order_whatever_the_hash_seed() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", ORDERED],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout.splitlines()
        for hash_seed in ("0", "1", "20231")
    ]
    assert len({order for order, _ in outputs}) == 1
    assert len({shown for _, shown in outputs}) == 3, "the hash seeds had no effect"


def test_messages_overtake_one_another() -> None:
    orders = set()
    for seed in range(20):
        events = simulate(PROTOCOL, seed, Faults()).events
        orders.add(tuple(e.process for e in events if call(e).action == "RMPrepare"))
    assert len(orders) == 6


# -------------------------------------------------------- what a trace holds


def test_the_header_says_how_the_trace_was_made() -> None:
    trace = simulate(PROTOCOL, 12, Faults(losses=2))
    assert trace.module == "TwoPhaseCommit"
    assert trace.constants == {"RM": frozenset(map(ModelValue, ("r1", "r2", "r3")))}
    assert trace.meta["recorder"] == "refimpl"
    assert trace.meta["seed"] == 12
    assert value_of({"losses": 2})["losses"] == trace.meta["faults"]["losses"]  # type: ignore[index,call-overload]


def test_the_first_state_is_observed_whole_and_unprimed() -> None:
    trace = simulate(PROTOCOL, 0)
    first = {each.path.root: each.value for each in trace.init}
    rms = map(ModelValue, ("r1", "r2", "r3"))
    assert first["rmState"] == fn((rm, "working") for rm in rms)
    assert first["net"] == ()
    assert not any(each.primed for each in trace.init)


@pytest.mark.parametrize("observe", Observe)
def test_a_trace_can_be_written_and_read_back(observe: Observe) -> None:
    for seed in range(5):
        trace = simulate(PROTOCOL, seed, STORMY, observe=observe)
        assert parse_trace(write_trace(trace)) == trace


def test_events_are_numbered_from_1_in_the_order_of_time() -> None:
    trace = simulate(PROTOCOL, 3, STORMY)
    assert [event.number for event in trace.events] == [
        *range(1, len(trace.events) + 1)
    ]
    times = [event.time_ns or 0 for event in trace.events]
    assert times == sorted(times)


def test_an_event_shows_what_its_step_assigned_and_the_network() -> None:
    event = next(
        e
        for e in simulate(two_phase_commit(1, refusal_percent=0), 0, Faults()).events
        if call(e).action == "RMPrepare"
    )
    assert (event.process, call(event).arguments) == ("r1", (R1,))
    assert seen(event) == {
        "rmState": "prepared",
        "rmLog": ("prepared",),
        "net": fn({message("Prepared"): 1}),
    }
    assert all(each.primed for each in event.observations)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_observed_does_not_change_what_happens(seed: int) -> None:
    full, own, bare = (
        simulate(PROTOCOL, seed, STORMY, observe=observe) for observe in Observe
    )
    for part in (own, bare):
        assert [(e.steps, e.time_ns) for e in part.events] == [
            (e.steps, e.time_ns) for e in full.events
        ]
    roots = {each.path.root for event in own.events for each in event.observations}
    assert roots == {"rmState", "rmLog", "tmState", "tmLog", "tmPrepared", "tmAcked"}
    assert not any(event.observations for event in bare.events)
    assert bare.init == ()


def test_a_run_that_is_stopped_is_cut_and_one_that_ends_is_quiescent() -> None:
    whole = simulate(PROTOCOL, 1, Faults())
    part = simulate(PROTOCOL, 1, Faults(), max_events=5)
    assert whole.end is End.QUIESCENT
    assert part.end is End.CUT
    assert part.events == whole.events[: len(part.events)]


# -------------------------------------------------------- faults


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    bounds=st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)),
)
def test_faults_stay_within_their_bounds(
    seed: int, bounds: tuple[int, int, int]
) -> None:
    losses, duplications, crashes = bounds
    world = World(
        PROTOCOL,
        seed,
        Faults(
            losses=losses,
            duplications=duplications,
            crashes=crashes,
            loss_percent=40,
            duplication_percent=40,
            crash_percent=20,
        ),
    )
    counts = Counter(names(world.record(600).events))
    assert world.dice.used["losses"] <= losses
    assert counts["DuplicateMessage"] == world.dice.used["duplications"] <= duplications
    assert counts["TMCrash"] + counts["RMCrash"] <= world.dice.used["crashes"]
    assert world.dice.used["crashes"] <= crashes


def test_nothing_goes_wrong_without_faults() -> None:
    for seed in range(20):
        events = simulate(PROTOCOL, seed, Faults()).events
        assert not {"LoseMessage", "DuplicateMessage", "TMCrash", "RMCrash"} & set(
            names(events)
        )


def test_a_certain_loss_happens_just_as_often_as_allowed() -> None:
    events = simulate(PROTOCOL, 2, Faults(losses=5, loss_percent=100)).events
    lost = [e for e in events if call(e).action == "LoseMessage" and e.process == "net"]
    assert len(lost) == 5


def test_a_certain_duplication_happens_just_as_often_as_allowed() -> None:
    events = simulate(
        PROTOCOL, 2, Faults(duplications=5, duplication_percent=100)
    ).events
    assert names(events).count("DuplicateMessage") == 5


def test_spared_roles_never_crash_and_others_do() -> None:
    faults = Faults(crashes=3, crash_percent=30, spared=frozenset({"tm"}))
    happened = Counter(
        name
        for seed in range(20)
        for name in names(simulate(PROTOCOL, seed, faults).events)
    )
    assert happened["TMCrash"] == 0
    assert happened["RMCrash"] == happened["RMRestart"] > 0


def test_a_role_that_stays_down_never_restarts() -> None:
    faults = Faults(crashes=1, crash_percent=30, stay_down=frozenset({"tm"}))
    happened = Counter(
        name
        for seed in range(40)
        for name in names(simulate(PROTOCOL, seed, faults).events)
    )
    assert happened["TMCrash"] > 0
    assert happened["TMRestart"] == 0
    assert happened["RMRestart"] > 0


def test_every_message_in_flight_is_received_lost_or_ignored_in_the_end() -> None:
    for seed in range(30):
        world = World(PROTOCOL, seed, STORMY)
        assert world.record().end is End.QUIESCENT
        assert not world.in_flight
        assert world.recorder is not None
        assert not world.recorder.in_flight


def test_a_message_to_a_crashed_process_is_recorded_as_lost() -> None:
    faults = Faults(
        crashes=1,
        crash_percent=100,
        spared=frozenset({"tm"}),
        downtime_ns=(10**9, 10**9),
    )
    protocol = two_phase_commit(1, refusal_percent=0)
    for seed in range(20):
        events = simulate(protocol, seed, faults).events
        if call(of_r1(simulate(protocol, seed, faults))[0]).action == "RMCrash":
            crashed = names(events).index("RMCrash")
            back = names(events).index("RMRestart")
            down = [e for e in events[crashed:back] if e.process == "net"]
            assert {call(e).arguments for e in down} == {
                (message("Prepare"),),
                (message("Abort"),),
            }
            return
    pytest.fail("no seed crashes r1 before it does anything")


def test_a_message_that_nobody_wants_is_recorded_as_ignored_by_its_receiver() -> None:
    ignored = [
        event
        for seed in range(30)
        for event in simulate(PROTOCOL, seed, Faults(duplications=3)).events
        if call(event).action == "LoseMessage"
    ]
    assert ignored
    assert {event.process for event in ignored} <= {"tm", "r1", "r2", "r3"}


class Channels(World):
    """Counts messages that come after one that was sent later."""

    overtaken = 0

    def deliver(self, envelope: Envelope) -> None:
        latest = self.__dict__.setdefault("latest", {})
        channel = envelope.sender, envelope.to
        self.overtaken += latest.get(channel, 0) > envelope.number
        latest[channel] = max(envelope.number, latest.get(channel, 0))
        super().deliver(envelope)


@pytest.mark.parametrize("pauses", [0, 20])
def test_no_message_overtakes_another_if_channels_keep_order(pauses: int) -> None:
    """With few instants, so that much comes in one; or with long journeys."""
    few_instants = Faults(
        latency_ns=(1_000, 4_000),
        pauses=pauses,
        pause_ns=(1_000, 4_000),
        calm_ns=(0, 2_000),
    )
    protocol = find("two_phase_commit")  # with refusals, servers say more
    for faults in (few_instants, Faults(latency_ns=(1, 10**9), pauses=pauses)):
        for seed in range(500):
            world = Channels(protocol, seed, replace(faults, fifo=True))
            world.run(200)
            assert not world.overtaken


def test_messages_overtake_one_another_if_channels_keep_no_order() -> None:
    faults = Faults(latency_ns=(1, 10**9))
    worlds = [Channels(PROTOCOL, seed, faults) for seed in range(100)]
    for world in worlds:
        world.run(200)
    assert any(world.overtaken for world in worlds)


# -------------------------------------------------------- crashes at a force


class Fate:
    """Dooms the n-th force of a role, and no other."""

    def __init__(self, role: str, dooms: dict[int, Doom]) -> None:
        self.role = role
        self.dooms = dooms
        self.forces = 0

    def __call__(self, role: str) -> Doom | None:
        """Whether and how this force is doomed."""
        if role != self.role:
            return None
        self.forces += 1
        return self.dooms.get(self.forces)


RunWith = Callable[[Fate], tuple[World, Trace]]


@pytest.fixture
def doomed(monkeypatch: pytest.MonkeyPatch) -> RunWith:
    """Run one RM and a TM without any fault but the given ones."""

    def run(fate: Fate) -> tuple[World, Trace]:
        monkeypatch.setattr(World, "doom", lambda _, node: fate(node.role.name))
        world = World(two_phase_commit(1, refusal_percent=0), 1, Faults())
        return world, world.record()

    return run


def test_a_crash_before_the_force_leaves_nothing_of_the_step(doomed: RunWith) -> None:
    world, trace = doomed(Fate("rm", {1: Doom.BEFORE}))
    assert names(trace.events)[:3] == ["TMSendPrepare", "LoseMessage", "RMCrash"]
    restart = of_r1(trace)[1]
    assert call(restart).action == "RMRestart"
    assert seen(restart) == {"rmState": "aborted", "rmLog": ("aborted",)}
    assert "RMPrepare" not in names(trace.events)
    assert world.forced("r1") == {"log": ("aborted",)}


def test_a_crash_right_after_the_force_keeps_the_step_and_loses_its_messages(
    doomed: RunWith,
) -> None:
    _, trace = doomed(Fate("rm", {1: Doom.AFTER}))
    prepare, lost, crash = trace.events[1:4]
    assert names([prepare, lost, crash]) == ["RMPrepare", "LoseMessage", "RMCrash"]
    assert seen(prepare) == {
        "rmLog": ("prepared",),
        "net": fn({message("Prepared"): 1}),
    }
    assert call(lost).arguments == (message("Prepared"),)
    assert seen(crash) == {"rmState": "crashed"}
    restart = next(e for e in trace.events if call(e).action == "RMRestart")
    assert seen(restart) == {"rmState": "prepared"}


def test_a_crash_while_restarting_is_no_crash_of_its_own(doomed: RunWith) -> None:
    _, trace = doomed(Fate("rm", {1: Doom.BEFORE, 2: Doom.BEFORE}))
    assert names(of_r1(trace))[:2] == ["RMCrash", "RMRestart"]
    assert names(trace.events).count("RMCrash") == 1


def test_a_crash_right_after_the_force_of_a_restart_is_a_crash_again(
    doomed: RunWith,
) -> None:
    _, trace = doomed(Fate("rm", {1: Doom.BEFORE, 2: Doom.AFTER}))
    crash, restart, again, back = of_r1(trace)[:4]
    assert names([crash, restart, again, back]) == ["RMCrash", "RMRestart"] * 2
    assert seen(restart) == {"rmLog": ("aborted",)}
    assert seen(back) == {"rmState": "aborted"}


def test_what_was_sent_before_the_force_is_out_when_the_process_crashes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fate = Fate("tm", {1: Doom.BEFORE})
    monkeypatch.setattr(World, "doom", lambda _, node: fate(node.role.name))
    protocol = two_phase_commit(1, refusal_percent=0, tm_class=TalkativeTM)
    world = World(protocol, 1, Faults())
    trace = world.record(300)
    told = next(e for e in trace.events if call(e).action == "TMSendDecision")
    assert seen(told) == {"net": fn({message("Commit"): 1})}
    assert world.forced("r1") == {"log": ("prepared", "committed")}
    assert world.forced("tm") == {"log": ("aborted",)}


# -------------------------------------------------------- rules


@dataclass(frozen=True, slots=True)
class Ping(Message):
    """Says nothing."""


def lone(kind: type[Process]) -> Protocol:
    """Return a protocol of one process of this class."""
    role = Role(name="p", ids=(ProcessId("p"),), make=kind, crash="Crash(self.id)")
    return Protocol(slug="lone", module="Lone", roles=(role,))


def test_start_must_not_send() -> None:
    class Rash(Process):
        def start(self) -> None:
            self.send(self.id, Ping())

    with pytest.raises(ImplementationError, match=r"Rash\.start sends or forces"):
        simulate(lone(Rash), 0)


def test_a_message_to_nobody_is_refused() -> None:
    class Lost(Process):
        def start(self) -> None:
            self.send(ProcessId("who"), Ping())

    with pytest.raises(ImplementationError, match="to who; there are just p"):
        simulate(lone(Lost), 0)


def test_what_a_process_raises_says_the_seed_and_the_time() -> None:
    class Faulty(Process):
        def start(self) -> None:
            self.set_timer(Timer("t"), 30)

        @action("Divide", on=Timer("t"))
        def divide(self) -> None:
            guard(1 / self.now() * 0 == 1 // 0)

    with pytest.raises(ZeroDivisionError) as caught:
        simulate(lone(Faulty), 77)
    assert "p on Timer(name='t') at t=30ns of seed 77" in caught.value.__notes__


def test_a_timer_that_is_set_again_or_cancelled_does_not_fire_twice() -> None:
    class Setter(Process):
        declares = {"fired": "fired[self.id]"}  # noqa: RUF012 - an example
        fired: int = volatile(0)

        def start(self) -> None:
            self.set_timer(Timer("a"), 10)
            self.set_timer(Timer("a"), 20)
            self.set_timer(Timer("b"), 5)
            self.cancel_timer(Timer("b"))

        @action("A", on=Timer("a"))
        def a(self) -> None:
            self.fired += 1

        @action("B", on=Timer("b"))
        def b(self) -> None:
            self.fired += 100

    (event,) = simulate(lone(Setter), 0).events
    assert (names([event]), event.time_ns) == (["A"], 20)
    assert [each.value for each in event.observations] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"losses": -1},
        {"loss_percent": 101},
        {"latency_ns": (5, 4)},
        {"latency_ns": (-1, 4)},
        {"crashes": 1.5},
    ],
    ids=str,
)
def test_impossible_faults_are_refused(wrong: dict[str, int]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=rf"Faults\.{name}"):
        replace(Faults(), **wrong)  # type: ignore[arg-type]


def test_a_value_that_no_spec_can_name_is_refused() -> None:
    with pytest.raises(ImplementationError, match="nothing that a spec can name"):
        value_of(1.5)


def test_protocols_are_found_by_their_slug() -> None:
    assert {"raft", "two_phase_commit"} <= {*slugs()}
    assert find("two_phase_commit").slug == "two_phase_commit"
    with pytest.raises(KeyError):
        find("three_phase_commit")
