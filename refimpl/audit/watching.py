"""An audited run: what a process does to messages, to itself and to the world."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import functools
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from refimpl.actions import GuardIsFalse
from refimpl.audit.shapes import Shapes
from refimpl.maps import FrozenMap
from refimpl.sim.world import World
from refimpl.triggers import ImplementationError, Message, ProcessId, Timer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random
    from types import FrameType

    from pyspec.trace.model import Trace
    from refimpl.history import Happened
    from refimpl.process import Process
    from refimpl.protocol import Faults, Protocol
    from refimpl.sim.node import Disk, Envelope, Node

__all__ = ["MOST_INSTRUCTIONS", "Audited", "audited", "changeable"]

MOST_INSTRUCTIONS: Final = 3_000_000
"""A step that takes more instructions of Python is taken to have no end."""


def audited(
    protocol: Protocol,
    seed: int,
    faults: Faults | None = None,
    *,
    max_events: int = 500,
    most_instructions: int = MOST_INSTRUCTIONS,
) -> Trace:
    """Run a protocol once, as `simulate` does, and watch what its processes do.

    ImplementationError, which names class and method, for a message that is no data
    or changes after it was sent, for what is changed in place, for a look past the
    context, and for a step without an end.
    """
    world = Audited(protocol, seed, faults)
    world.most_instructions = most_instructions
    return world.record(max_events)


class Audited(World):
    """A world that looks on.  The trace is the one that `World` makes."""

    most_instructions: int = MOST_INSTRUCTIONS

    def __init__(
        self, protocol: Protocol, seed: int, faults: Faults | None = None
    ) -> None:
        self._acting: list[str] = []
        self._posted_as: dict[int, _Posted] = {}
        self._shapes = Shapes(_Context, trusts=True)
        self._messages = Shapes(_Context, trusts=False)
        super().__init__(protocol, seed, faults)

    @property
    def acting(self) -> str:
        """Class and method that run now."""
        return self._acting[-1] if self._acting else "the maker of a process"

    def make(self, node: Node) -> Process:
        """Make a process that sees no more than its context, and watch its methods."""
        made = self._swaps.get(node.id, node.role.make)(_Context(self, node))
        methods = dict.fromkeys([each.method for each in made.handlers] + ["start"])
        for name in methods:
            method = getattr(made, name)
            made.__dict__[name] = functools.partial(self._act, made, name, method)
        return made

    def post(self, message: Message) -> None:
        """Keep what a message says as it is sent."""
        known = self._posted_as.get(id(message))
        self.check(message)
        if known is None:
            shape = self._messages.of(message)
            made = _Posted(message, shape, repr(message), self.acting)
            self._posted_as[id(message)] = made

    def check(self, message: Message) -> None:
        """Raise ImplementationError if a message says something else than when sent."""
        was = self._posted_as.get(id(message))
        if was is not None and self._messages.of(message) != was.shape:
            raise ImplementationError(
                f"{was.by} sent {was.text}, which is {message!r} now: "
                f"{self.acting} changed it; a message is as it was sent"
            )

    def deliver(self, envelope: Envelope) -> None:
        """Look at the message before its receiver does."""
        self.check(envelope.message)
        super().deliver(envelope)

    # -------------------------------------------------------- methods

    def _act(
        self, process: Process, name: str, method: Callable[..., None], *given: object
    ) -> None:
        """Let a method run, and look at what it left behind."""
        self._acting.append(f"{type(process).__name__}.{name}")
        before = dict(_unwritten(process, self._shapes))
        try:
            with _Instructions(self.acting, self.most_instructions):
                method(*given)
        except GuardIsFalse:
            self._look(process, before)
            raise
        else:
            self._look(process, before)
        finally:
            self._acting.pop()

    def _look(self, process: Process, before: Mapping[str, object]) -> None:
        for name, shape in _unwritten(process, self._shapes):
            if name in before and before[name] != shape:
                raise ImplementationError(
                    f"{self.acting} changes self.{name} in place; assign a new value, "
                    "to a field that is declared with volatile() or persistent()"
                )
        flying = {id(each.message) for each in self.in_flight.values()}
        flying |= {id(m) for node in self.nodes.values() for _, m in node.outbox}
        self._posted_as = {n: p for n, p in self._posted_as.items() if n in flying}
        for posted in self._posted_as.values():
            self.check(posted.message)


class _Posted(NamedTuple):
    """A message, what it said when it was sent, and who sent it."""

    message: Message
    shape: object
    text: str
    by: str


class _Context:
    """What a process may know of the world, and nothing else."""

    __slots__ = ("_node", "_world")

    def __init__(self, world: Audited, node: Node) -> None:
        self._world = world
        self._node = node

    @property
    def id(self) -> ProcessId:
        return self._node.id

    @property
    def peers(self) -> tuple[ProcessId, ...]:
        return self._node.peers

    @property
    def rng(self) -> Random:
        return self._node.rng

    @property
    def storage(self) -> Disk:
        return self._node.storage

    def now(self) -> int:
        return self._node.now()

    def send(self, to: ProcessId, message: Message) -> None:
        where = self._world.acting
        known = (self.id, *self.peers)
        if to not in known:
            raise ImplementationError(
                f"{where} sends {message!r} to {to!r}, who is nobody{_meant(to, known)}"
            )
        _check_data(where, message)
        self._world.post(message)
        self._node.send(to, message)

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        if not isinstance(timer, Timer) or type(delay_ns) is not int or delay_ns < 0:
            raise ImplementationError(
                f"{self._world.acting} sets {timer!r} to {delay_ns!r}; a Timer is set "
                "to a whole number of nanoseconds, at least 0"
            )
        self._node.set_timer(timer, delay_ns)

    def cancel_timer(self, timer: Timer) -> None:
        self._node.cancel_timer(timer)

    def happened(self, what: Happened) -> None:
        self._node.happened(what)

    def __getattr__(self, name: str) -> object:
        known = ", ".join(each for each in dir(type(self)) if each[0] != "_")
        raise ImplementationError(
            f"{self._world.acting} asks its context for {name}; a Context has {known}"
        )


class _Instructions:
    """Counts the instructions that run, and ends what goes on for ever.

    Lines would not do: `while True: pass` never comes to another one.
    """

    def __init__(self, where: str, most: int) -> None:
        self._where = where
        self._left = self._most = most
        self._before: Any = None

    def __enter__(self) -> None:
        self._before = sys.gettrace()
        sys.settrace(self._trace)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - as sys.settrace wants it
        if event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        self._left -= 1
        if self._left < 0:
            place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
            raise ImplementationError(
                f"{self._where} goes on for ever: after {self._most:,} instructions of "
                f"Python it is at {place}"
            )
        return self._trace


# ------------------------------------------------------------- data


def _check_data(where: str, message: object) -> None:
    kind = type(message)
    if not isinstance(message, Message) or "__dataclass_fields__" not in vars(kind):
        raise ImplementationError(
            f"{where} sends {message!r}; {kind.__name__} is no frozen dataclass "
            "derived from Message"
        )
    found = next(changeable(message, kind.__name__), None)
    if found is not None:
        path, value = found
        raise ImplementationError(
            f"{where} sends {message!r}, whose {path} is of type "
            f"{type(value).__name__} and can be changed on its way; use int, str, "
            "bool, bytes, None, tuple, frozenset, FrozenMap, an enumeration or a "
            "frozen dataclass"
        )


def changeable(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield the parts of a value that are no unchanging data, with their paths."""
    if value is None or isinstance(value, int | float | str | bytes | enum.Enum):
        return
    if isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from changeable(each, f"{path}[{number}]")
    elif isinstance(value, frozenset):
        for each in value:
            yield from changeable(each, f"{path}'s element")
    elif isinstance(value, FrozenMap):
        for key, each in value.items():
            yield from changeable(key, f"{path}'s argument")
            yield from changeable(each, f"{path}[{key!r}]")
    elif _is_frozen(value):
        for each in dataclasses.fields(value):  # type: ignore[arg-type]  # it is one
            yield from changeable(getattr(value, each.name), f"{path}.{each.name}")
    else:
        yield path, value


def _is_frozen(value: object) -> bool:
    parameters = getattr(type(value), "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


def _unwritten(process: Process, shapes: Shapes) -> Iterator[tuple[str, object]]:
    """Yield what the step has not assigned, by name, as it is now."""
    methods = {each.method for each in process.handlers} | {"start"}
    hidden = methods | {"context", "id", "memory"} | process.memory.written.keys()
    for name, value in process.__dict__.items():
        if name not in hidden:
            yield name, shapes.of(value)


def _meant(to: object, known: tuple[ProcessId, ...]) -> str:
    near = difflib.get_close_matches(str(to), known, n=1)
    there = ", ".join(known)
    return f"; did you mean {near[0]}?" if near else f"; there are just {there}"
