"""What a process may do and may not, in a world that is not the simulator."""

# The processes and messages here are examples: their names say what they are.
# ruff: noqa: D101

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from refimpl.process import (
    RESTART,
    Context,
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
from refimpl.steps import Ignored, Step, Taken, respond

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from refimpl.history import Happened

TICK = Timer("tick")
P = ProcessId("p")
PEERS = (ProcessId("q"), ProcessId("s"))


@dataclass(frozen=True, slots=True)
class Add(Message):
    amount: int


@dataclass(frozen=True, slots=True)
class Other(Message):
    pass


@dataclass
class Shelf:
    kept: dict[str, object] | None = None

    def recover(self) -> Mapping[str, object] | None:
        return self.kept

    def force(self, writes: Mapping[str, object]) -> None:
        self.kept = {**(self.kept or {}), **writes}


@dataclass
class Desk:
    """A world that notes what a process asks of it."""

    id: ProcessId = P
    peers: tuple[ProcessId, ...] = PEERS
    rng: random.Random = field(default_factory=random.Random)
    storage: Shelf = field(default_factory=Shelf)
    done: list[tuple[object, object]] = field(default_factory=list)

    def now(self) -> int:
        return 7

    def send(self, to: ProcessId, message: Message) -> None:
        self.done.append((to, message))

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        self.done.append((timer, delay_ns))

    def cancel_timer(self, timer: Timer) -> None:
        self.done.append(("cancel", timer))

    def happened(self, what: Happened) -> None:
        self.done.append(("happened", what))


class Counter(Process):
    total: int = volatile(0, crashed=-1)
    saved: int = persistent(0)

    @action("AddSmall(self.id, message.amount)", on=Add)
    def add_small(self, message: Add) -> None:
        guard(message.amount < 10)
        self.total += message.amount

    @action("AddAny(message.amount)", on=Add)
    def add_any(self, message: Add) -> None:
        guard(message.amount < 100)
        self.total += message.amount
        self.saved = self.total

    @action("Carry")
    def carry(self) -> None:
        guard(self.total >= 10)
        self.total -= 10

    @action("Tell(peer)", on=TICK, each="self.context.peers")
    def tell(self, peer: ProcessId) -> None:
        guard(peer != "s")
        self.send(peer, Add(1))

    @action("Save", on=TICK)
    def save(self) -> None:
        self.saved = self.total
        self.sync()

    @action("Back", on=RESTART)
    def back(self) -> None:
        guard(self.total == -1)
        self.total = self.saved


@pytest.fixture
def desk() -> Desk:
    return Desk()


def taken(process: Process, trigger: Message | Timer) -> list[Step]:
    return list(respond(process, trigger))


def test_the_first_enabled_action_on_a_message_is_taken_in_source_order(
    desk: Desk,
) -> None:
    counter = Counter(desk)
    assert taken(counter, Add(3)) == [Taken("AddSmall", ("p", 3))]
    assert taken(counter, Add(40))[0] == Taken("AddAny", (40,))


def test_internal_actions_follow_until_none_is_enabled(desk: Desk) -> None:
    counter = Counter(desk)
    steps = taken(counter, Add(25))
    assert steps == [Taken("AddAny", (25,)), Taken("Carry", ()), Taken("Carry", ())]
    assert counter.total == 5


def test_a_message_that_no_guard_admits_is_ignored_and_changes_nothing(
    desk: Desk,
) -> None:
    counter = Counter(desk)
    before = dict(counter.memory.values)
    assert taken(counter, Add(1000)) == [Ignored(Add(1000))]
    assert taken(counter, Other()) == [Ignored(Other())]
    assert counter.memory.values == before
    assert desk.done == []


def test_a_timer_takes_every_enabled_action_for_every_value(desk: Desk) -> None:
    counter = Counter(desk)
    assert taken(counter, TICK) == [Taken("Tell", ("q",)), Taken("Save", ())]
    assert desk.done == [("q", Add(1))]


def test_a_restarted_process_has_what_was_forced_and_nothing_else(desk: Desk) -> None:
    counter = Counter(desk)
    taken(counter, Add(4))
    taken(counter, TICK)
    taken(counter, Add(50))
    again = Counter(desk)
    assert (again.total, again.saved) == (-1, 4)
    assert list(respond(again, RESTART)) == [Taken("Back", ())]
    assert again.total == 4


def test_a_process_that_never_ran_starts_with_initial_values(desk: Desk) -> None:
    assert (Counter(desk).total, Counter(desk).saved) == (0, 0)


def test_a_broadcast_goes_to_all_others_or_to_the_given_in_a_fixed_order(
    desk: Desk,
) -> None:
    process = Counter(desk)
    process.broadcast(Other())
    process.broadcast(Other(), to=frozenset(map(ProcessId, "zyx")))
    assert [to for to, _ in desk.done] == ["q", "s", "x", "y", "z"]


def test_a_restart_that_no_action_admits_is_refused(desk: Desk) -> None:
    counter = Counter(desk)
    with pytest.raises(ImplementationError, match="no action on RESTART"):
        list(respond(counter, RESTART))


class Late(Process):
    """Its guards come too late: each of its actions breaks the rule."""

    count: int = volatile(0)

    @action("Count(message.amount)", on=Add)
    def assign(self, message: Add) -> None:
        self.count += message.amount
        guard(self.count < 3)

    @action("Tell", on=Other)
    def tell(self) -> None:
        self.send(self.id, Other())
        guard(self.count > 0)

    @action("Tick", on=TICK)
    def tick(self) -> None:
        self.count = 0
        guard(self.count > 0)


def test_a_guard_after_an_assignment_is_found_out(desk: Desk) -> None:
    late = Late(desk)
    taken(late, Add(2))
    with pytest.raises(ImplementationError, match="changed count from 2 to 4 before"):
        taken(late, Add(2))


def test_a_guard_after_an_effect_on_the_world_is_found_out(desk: Desk) -> None:
    with pytest.raises(ImplementationError, match=r"Late\.tell sent a message"):
        taken(Late(desk), Other())


def test_assigning_the_same_value_before_a_false_guard_is_found_out_too(
    desk: Desk,
) -> None:
    with pytest.raises(ImplementationError, match="guards come first"):
        taken(Late(desk), TICK)


def test_an_internal_action_that_never_ends_is_found_out(desk: Desk) -> None:
    class Restless(Process):
        @action("Spin")
        def spin(self) -> None:
            guard(self.id == "p")

    with pytest.raises(ImplementationError, match="100,000 internal steps"):
        taken(Restless(desk), TICK)


def test_an_attribute_that_is_no_field_cannot_be_assigned_in_an_action(
    desk: Desk,
) -> None:
    class Careless(Process):
        def __init__(self, context: Context) -> None:
            super().__init__(context)
            self.seen = False

        @action("See", on=Other)
        def see(self) -> None:
            self.seen = True

    with pytest.raises(ImplementationError, match=r"Careless\.seen is assigned"):
        taken(Careless(desk), Other())


def test_a_field_takes_no_value_that_changes_in_place(desk: Desk) -> None:
    class Listing(Process):
        seen: object = volatile(())

        @action("See", on=Other)
        def see(self) -> None:
            self.seen = [1]

    with pytest.raises(ImplementationError, match="changed in place"):
        taken(Listing(desk), Other())
    with pytest.raises(ImplementationError, match="changed in place"):
        volatile([1])


def test_forcing_twice_in_one_action_is_found_out(desk: Desk) -> None:
    class Eager(Process):
        log: int = persistent(0)

        @action("Twice", on=Other)
        def twice(self) -> None:
            self.log = 1
            self.sync()
            self.log = 2
            self.sync()

    with pytest.raises(ImplementationError, match="twice in one action"):
        taken(Eager(desk), Other())


def test_an_override_keeps_action_and_place(desk: Desk) -> None:
    class Picky(Counter):
        def add_small(self, message: Add) -> None:
            guard(message.amount == 1)
            self.total += 1

    assert [h.method for h in Picky.handlers] == [h.method for h in Counter.handlers]
    assert taken(Picky(desk), Add(1)) == [Taken("AddSmall", ("p", 1))]
    assert taken(Picky(desk), Add(2)) == [Taken("AddAny", (2,))]


def test_each_over_a_set_has_an_order_of_its_own(desk: Desk) -> None:
    class Caller(Process):
        waiting: frozenset[str] = volatile(frozenset("hgfedcba"))

        @action("Call(who)", on=TICK, each="self.waiting")
        def call(self, who: str) -> None:
            self.waiting -= {who}

    steps = taken(Caller(desk), TICK)
    assert [step.arguments for step in steps if isinstance(step, Taken)] == [
        (letter,) for letter in "abcdefgh"
    ]


class Soft(Message):
    pass


def unknown_root() -> None:
    class Wrong(Process):
        @action("A(whom)", on=TICK)
        def a(self) -> None: ...


def bad_name() -> None:
    action("A(self.id")


def bad_argument() -> None:
    action("A(self.id + 1)")


def no_value() -> None:
    class Wrong(Process):
        @action("A", on=TICK, each="self.id")
        def a(self) -> None: ...


def extra_parameter() -> None:
    class Wrong(Process):
        @action("A", on=TICK)
        def a(self, what: int) -> None: ...


def each_message() -> None:
    class Wrong(Process):
        @action("A", on=Other, each="self.id")
        def a(self, what: Other) -> None: ...


def soft_message() -> None:
    class Wrong(Process):
        @action("A", on=Soft)
        def a(self) -> None: ...


def no_field() -> None:
    class Wrong(Process):
        declares = {"stat": "state"}  # noqa: RUF012 - a class that never is


def other_root() -> None:
    class Wrong(Process):
        declares = {"state": "state[message.rm]"}  # noqa: RUF012 - as above
        state: int = volatile(0)


def hides() -> None:
    class Wrong(Process):
        context: int = volatile(0)  # type: ignore[assignment]


WRONG: dict[str, Callable[[], object]] = {
    "whom starts at none of self": unknown_root,
    "not a name with arguments": bad_name,
    "is no path such as": bad_argument,
    "takes 0 parameters": no_value,
    "takes 1 parameters": extra_parameter,
    "does not go with a message": each_message,
    "Soft is no frozen dataclass": soft_message,
    "stat is no field": no_field,
    "message.rm in .* does not start at self": other_root,
    "hides what every process has": hides,
}


@pytest.mark.parametrize("complaint", WRONG)
def test_a_wrong_declaration_is_refused_when_the_class_is_made(complaint: str) -> None:
    with pytest.raises(ImplementationError, match=complaint):
        WRONG[complaint]()
