"""An audited run finds what no text shows, and names class and method."""

# The processes and messages here are examples: their names say what they are.
# ruff: noqa: D101

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from refimpl.audit.watching import audited
from refimpl.commit.two_phase_commit import PROTOCOL
from refimpl.process import (
    Context,
    ImplementationError,
    Message,
    Process,
    ProcessId,
    Timer,
    action,
    guard,
    volatile,
)
from refimpl.protocol import Faults, Protocol, Role
from refimpl.sim import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

TICK = Timer("tick")
IDS = (ProcessId("p1"), ProcessId("p2"))


@dataclass(frozen=True)
class Hello(Message):
    words: object = ()


@dataclass
class Diary:
    lines: list[str] = field(default_factory=list)


def change(message: Message) -> None:
    object.__setattr__(message, "words", "other")


class Greeter(Process):
    """Sends a message to the other process, and does nothing wrong."""

    heard: int = volatile(0)

    def start(self) -> None:
        self.set_timer(TICK, 10)

    @action("Greet", on=TICK)
    def greet(self) -> None:
        self.broadcast(Hello())

    @action("Hear", on=Hello)
    def hear(self, hello: Hello) -> None:
        guard(hello.words == ())
        self.heard += 1


def protocol(kind: Callable[[Context], Process]) -> Protocol:
    role = Role(name="p", ids=IDS, make=kind)
    return Protocol(slug="greeting", module="Greeting", roles=(role,))


def complaint(kind: Callable[[Context], Process]) -> str:
    """Return what an audited run says, which a plain run does not notice."""
    with pytest.raises(ImplementationError) as caught:
        audited(protocol(kind), 0, most_instructions=20_000)
    return str(caught.value)


def test_an_audited_run_is_the_same_run() -> None:
    faults = Faults(losses=3, duplications=3, crashes=4, crash_percent=12)
    for seed in range(30):
        assert audited(PROTOCOL, seed, faults) == simulate(PROTOCOL, seed, faults)
    assert audited(protocol(Greeter), 0) == simulate(protocol(Greeter), 0)


# -------------------------------------------------------- messages


def test_a_message_that_its_sender_changes_later_is_found() -> None:
    class Fickle(Greeter):
        def greet(self) -> None:
            self.last = hello = Hello()
            self.broadcast(hello)
            change(hello)

        def __setattr__(self, name: str, value: object) -> None:
            self.__dict__[name] = value

    assert complaint(Fickle) == (
        "Fickle.greet sent Hello(words=()), which is Hello(words='other') now: "
        "Fickle.greet changed it; a message is as it was sent"
    )


def test_a_message_that_its_receiver_changes_for_others_is_found() -> None:
    class Vandal(Greeter):
        def hear(self, hello: Hello) -> None:
            change(hello)

    class Three(Vandal):
        pass

    role = Role(name="p", ids=(*IDS, ProcessId("p3")), make=Three)
    three = Protocol(slug="greeting", module="Greeting", roles=(role,))
    with pytest.raises(ImplementationError) as caught:
        audited(three, 0)
    assert "Three.greet sent Hello(words=()), which is" in str(caught.value)
    assert "Three.hear changed it" in str(caught.value)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ([], "Hello.words is of type list"),
        (((), ({},)), "Hello.words[1][0] is of type dict"),
        (Hello(bytearray()), "Hello.words.words is of type bytearray"),
        (Diary(), "Hello.words is of type Diary"),
        (frozenset({Hello(len)}), "Hello.words's element.words is of type builtin_"),
    ],
    ids=str,
)
def test_a_message_that_could_change_is_refused(words: object, path: str) -> None:
    class Loose(Greeter):
        def greet(self) -> None:
            self.broadcast(Hello(words))

    told = complaint(Loose)
    assert told.startswith("Loose.greet sends Hello(words=")
    assert f"whose {path}" in told


@pytest.mark.parametrize("what", ["hello", None, Message])
def test_what_is_no_message_is_refused(what: Any) -> None:  # noqa: ANN401 - anything
    class Chatty(Greeter):
        def greet(self) -> None:
            self.broadcast(what)

    assert "no frozen dataclass derived from Message" in complaint(Chatty)
    assert complaint(Chatty).startswith("Chatty.greet sends ")


def test_a_message_to_nobody_names_its_sender_and_who_may_be_meant() -> None:
    class Lost(Greeter):
        def greet(self) -> None:
            self.send(ProcessId("p22"), Hello())

    assert complaint(Lost) == (
        "Lost.greet sends Hello(words=()) to 'p22', who is nobody; did you mean p2?"
    )


# -------------------------------------------------------- what is hidden


def test_an_attribute_that_an_action_changes_in_place_is_found() -> None:
    class Secretive(Greeter):
        def __init__(self, context: Context) -> None:
            super().__init__(context)
            self.diary = Diary()

        def hear(self, hello: Hello) -> None:
            del hello
            self.diary.lines.append("heard")

    assert complaint(Secretive).startswith(
        "Secretive.hear changes self.diary in place; assign a new value, to a field"
    )


def test_a_value_that_a_false_guard_does_not_undo_is_found() -> None:
    class Sly(Greeter):
        def __init__(self, context: Context) -> None:
            super().__init__(context)
            self.tries = [0]

        def hear(self, hello: Hello) -> None:
            self.tries[0] += 1
            guard(hello.words != ())

    assert complaint(Sly).startswith("Sly.hear changes self.tries in place")


def test_a_look_past_the_context_is_found() -> None:
    class Curious(Greeter):
        def greet(self) -> None:
            cast("Any", self.context).system.now_ns = 0

    assert complaint(Curious).startswith(
        "Curious.greet asks its context for system; a Context has cancel_timer, "
        "happened, id, now, peers, rng, send, set_timer, storage"
    )


def test_a_maker_that_looks_past_the_context_is_found() -> None:
    def make(context: Context) -> Process:
        assert context.process is None  # type: ignore[attr-defined]
        return Greeter(context)

    assert complaint(make).startswith("the maker of a process asks its context for")


def test_a_timer_that_is_set_to_no_number_is_found() -> None:
    class Vague(Greeter):
        def greet(self) -> None:
            self.set_timer(TICK, cast("int", 0.5))

    assert complaint(Vague).startswith("Vague.greet sets Timer(name='tick') to 0.5;")


# -------------------------------------------------------- what has no end


def loop() -> None:
    while True: pass  # fmt: skip  # noqa: E701 - no line ends, either


def test_a_step_without_an_end_is_ended_and_named() -> None:
    class Endless(Greeter):
        def hear(self, hello: Hello) -> None:
            del hello
            loop()

    assert "Endless.hear goes on for ever: after 20,000 instructions" in complaint(
        Endless
    )
    assert "test_audited_runs.py:" in complaint(Endless)


def test_a_generator_without_an_end_is_ended_too() -> None:
    class Endless(Greeter):
        def start(self) -> None:
            sum(number for number in itertools.count())

    assert complaint(Endless).startswith("Endless.start goes on for ever")


# -------------------------------------------------------- what is raised


def test_what_a_method_raises_says_class_method_trigger_time_and_seed() -> None:
    class Faulty(Greeter):
        def greet(self) -> None:
            assert self.heard

    for run in (simulate, audited):
        with pytest.raises(AssertionError) as caught:
            run(protocol(Faulty), 5)
        notes = caught.value.__notes__
        assert notes == ["in Faulty.greet", f"p1 on {TICK} at t=10ns of seed 5"]


def test_an_action_in_which_nothing_would_run_is_refused() -> None:
    with pytest.raises(
        ImplementationError, match=r"Later\.greet is async or has a yield"
    ):

        class Later(Greeter):
            async def greet(self) -> None:  # type: ignore[override]
                pass

    with pytest.raises(ImplementationError, match=r"Bit\.hear is async or has a yield"):

        class Bit(Greeter):
            def hear(self, hello: Hello) -> None:  # type: ignore[misc]
                yield hello


def test_what_start_raises_says_whose_it_is() -> None:
    class Faulty(Greeter):
        def start(self) -> None:
            assert self.heard

    with pytest.raises(AssertionError) as caught:
        simulate(protocol(Faulty), 5)
    assert caught.value.__notes__ == ["in Faulty.start of p1 at t=0ns of seed 5"]
