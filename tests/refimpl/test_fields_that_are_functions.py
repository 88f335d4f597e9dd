"""Fields that are functions of processes, and parts that the spec does not have."""

# The processes and messages here are examples: their names say what they are.
# ruff: noqa: D101

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import pytest

from pyspec.trace.model import Call
from pyspec.values import TRUE, ModelValue, fn, record
from refimpl.process import (
    RESTART,
    UNRECORDED,
    Context,
    FrozenMap,
    ImplementationError,
    Message,
    Process,
    ProcessId,
    Timer,
    action,
    guard,
    persistent,
    volatile,
)
from refimpl.protocol import Faults, Protocol, Role
from refimpl.sim import World, simulate
from refimpl.sim.recorder import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.trace.model import Trace
    from pyspec.values import Value

P, Q = ProcessId("p"), ProcessId("q")
TICK = Timer("tick")


@dataclass(frozen=True)
class Place:
    index: int
    is_last: bool


@dataclass(frozen=True)
class Hello(Message):
    place: Place
    secret: str = field(metadata=UNRECORDED)


@dataclass
class Open:
    index: int


class Counter(Process):
    declares: ClassVar[Mapping[str, str]] = {
        "heard": "heard[self.id]",
        "known": "known[self.id]",
        "up": "up[self.id]",
    }
    heard: FrozenMap[ProcessId, int] = volatile(0, each="self.all", crashed=9)
    known: FrozenMap[ProcessId, int] = persistent(0, each="self.all")
    up: bool = volatile(True, crashed=False)  # noqa: FBT003 - the value

    def __init__(self, context: Context) -> None:
        self.all = (P, Q)
        super().__init__(context)

    def start(self) -> None:
        self.set_timer(TICK, 1_000_000)

    @action("Tick(self.id)", on=TICK)
    def tick(self) -> None:
        self.known |= {self.id: self.known[self.id] + 1}
        self.sync()
        other = Q if self.id == P else P
        self.send(other, Hello(Place(self.known[self.id], is_last=True), "hush"))

    @action("Hear(message)", on=Hello)
    def hear(self, message: Hello) -> None:
        other = Q if self.id == P else P
        self.heard |= {other: message.place.index}

    @action("Restart(self.id)", on=RESTART)
    def restart(self) -> None:
        guard(not self.up)
        self.up = True
        self.heard = FrozenMap(dict.fromkeys(self.all, 0))
        self.set_timer(TICK, 1_000_000)


PROTOCOL = Protocol(
    slug="counters",
    module="Counters",
    roles=(Role(name="counter", ids=(P, Q), make=Counter, crash="Crash(self.id)"),),
    network="net",
)


def both(of_p: int, of_q: int) -> Value:
    return fn({ModelValue("p"): of_p, ModelValue("q"): of_q})


def seen(trace: Trace, action: str, variable: str) -> list[Value]:
    return [
        fact.value
        for event in trace.events
        for step in event.steps
        if isinstance(step, Call) and step.action == action
        for fact in event.observations
        if fact.path.root == variable
    ]


def test_at_first_it_maps_each_to_the_initial_value() -> None:
    trace = simulate(PROTOCOL, 0, Faults())
    first = {fact.path.root: fact.value for fact in trace.init}
    whole = fn({ModelValue("p"): both(0, 0), ModelValue("q"): both(0, 0)})
    assert first["heard"] == first["known"] == whole


def test_a_step_is_seen_as_the_whole_function() -> None:
    trace = simulate(PROTOCOL, 0, Faults())
    assert sorted(map(repr, seen(trace, "Tick", "known"))) == sorted(
        map(repr, [both(1, 0), both(0, 1)])
    )


def test_a_crash_gives_each_the_value_of_one_that_is_down() -> None:
    for seed in range(20):
        trace = simulate(PROTOCOL, seed, Faults(crashes=1, crash_percent=50))
        assert seen(trace, "Crash", "heard") in ([both(9, 9)], [])
        for again in seen(trace, "Tick", "known"):
            assert again in {both(1, 0), both(0, 1), both(2, 0), both(0, 2)}


def test_what_a_crash_loses_and_what_it_does_not() -> None:
    crashed = 0
    for seed in range(20):
        world = World(PROTOCOL, seed, Faults(crashes=1, crash_percent=50))
        world.run()
        known = [world.forced(name).get("known") for name in (P, Q)]
        crashed += FrozenMap({P: 2, Q: 0}) in known or FrozenMap({P: 0, Q: 2}) in known
    assert crashed > 3


def test_who_it_is_a_function_of_must_be_known_first() -> None:
    class Late(Counter):
        def __init__(self, context: Context) -> None:
            Process.__init__(self, context)
            self.all = (P, Q)

    protocol = Protocol(
        slug="late", module="Late", roles=(Role(name="late", ids=(P,), make=Late),)
    )
    with pytest.raises(ImplementationError, match=r"assign self\.all before super"):
        simulate(protocol, 0)


def test_the_spec_does_not_have_what_is_unrecorded() -> None:
    place = record(index=1, is_last=TRUE)
    hello = record(type="Hello", place=place)
    assert value_of(Hello(Place(1, is_last=True), "hush")) == hello
    trace = simulate(PROTOCOL, 0, Faults())
    heard = [
        step.arguments
        for event in trace.events
        for step in event.steps
        if isinstance(step, Call) and step.action == "Hear"
    ]
    assert heard == [(hello,), (hello,)]


def test_messages_that_the_spec_cannot_tell_apart_are_counted_together() -> None:
    bags = seen(simulate(PROTOCOL, 0, Faults(latency_ns=(5, 5))), "Tick", "net")
    hello = record(type="Hello", place=record(index=1, is_last=TRUE))
    assert bags[-1] == fn({hello: 2})


def test_what_is_a_function_in_python_is_one_in_the_spec() -> None:
    assert value_of(FrozenMap({P: 1, Q: 2})) == both(1, 2)
    assert value_of(FrozenMap({1: "a", 2: "b"})) == ("a", "b")
    assert value_of(FrozenMap()) == ()


def test_what_can_be_changed_is_no_record() -> None:
    with pytest.raises(ImplementationError, match="nothing that a spec can name"):
        value_of(Open(1))


def test_to_force_what_is_there_already_costs_nothing() -> None:
    class Idle(Counter):
        def tick(self) -> None:
            self.known = self.known  # as a merge that changes nothing
            self.sync()

    role = Role(name="counter", ids=(P,), make=Idle, crash="Crash(self.id)")
    protocol = Protocol(slug="idle", module="Idle", roles=(role,))
    world = World(protocol, 0, Faults())
    world.run()
    assert world.forced(P) == {}
