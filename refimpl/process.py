"""What an implementer sees: processes, their actions and guards.

A participant of a protocol is a subclass of `Process`, one class per role.  It
holds what that participant knows and nothing else, and meets the world only
through its `Context`: a clock, a network, timers, a disk and a source of
randomness.  The simulator is one such world; sockets and a wall clock can be
another.

    class Greeter(Process):
        declares = {"greeted": "greeted[self.id]"}
        greeted: bool = volatile(False)

        @action("Greet(self.id)", on=Hello)
        def greet(self, hello: Hello) -> None:
            guard(not self.greeted)
            self.greeted = True
            self.send(hello.sender, Hello(self.id))

A method marked with `action` is one step of the spec.  Its guards come before
anything that it does: a false guard changes nothing, and `respond` checks that.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Protocol

from refimpl.actions import (
    Handler,
    Template,
    action,
    guard,
    handlers_of,
    in_order,
    members,
)
from refimpl.fields import UNRECORDED, Field, Memory, persistent, volatile
from refimpl.history import Happened
from refimpl.maps import FrozenMap
from refimpl.triggers import (
    RESTART,
    ImplementationError,
    Message,
    ProcessId,
    Restart,
    Timer,
    Trigger,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Mapping
    from typing import Self

    from refimpl.history import Outcome

__all__ = [
    "RESTART",
    "UNRECORDED",
    "Context",
    "FrozenMap",
    "ImplementationError",
    "Message",
    "Process",
    "ProcessId",
    "Restart",
    "Storage",
    "Timer",
    "Trigger",
    "action",
    "guard",
    "persistent",
    "volatile",
]


# ------------------------------------------------------------- the world


class Storage(Protocol):
    """The disk of one process."""

    def recover(self) -> Mapping[str, object] | None:
        """Return what was forced before; None if the process never ran.

        A disk remembers the first start, even if nothing was forced since.
        """

    def force(self, writes: Mapping[str, object]) -> None:
        """Make these fields survive a crash, all of them or none."""


class Context(Protocol):
    """What a process knows of the world that it runs in."""

    @property
    def id(self) -> ProcessId:
        """The address of this process."""

    @property
    def peers(self) -> tuple[ProcessId, ...]:
        """The addresses of all others, in an order that never changes."""

    @property
    def rng(self) -> random.Random:
        """Randomness, for jitter and elections."""

    @property
    def storage(self) -> Storage:
        """The disk of this process."""

    def now(self) -> int:
        """Return the time in nanoseconds, by a clock that never goes back."""

    def send(self, to: ProcessId, message: Message) -> None:
        """Send, without waiting; it may arrive late, twice, or not at all."""

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        """Let the timer fire once, after the delay; replaces a running one."""

    def cancel_timer(self, timer: Timer) -> None:
        """Stop the timer if it runs."""

    def happened(self, what: Happened) -> None:
        """Add to the history of what clients asked for and were told."""


# ------------------------------------------------------------- a process


class Process:
    """One participant.

    `declares` says which variable of the spec each field is, as in
    `{"state": "rmState[self.id]"}`; fields that it does not name are the
    process's own business.  Attributes that are no fields are configuration:
    they are set in `__init__` and never again.
    """

    declares: ClassVar[Mapping[str, str]] = MappingProxyType({})
    defers: ClassVar[tuple[type[Message], ...]] = ()
    fields: ClassVar[Mapping[str, Field]] = MappingProxyType({})
    handlers: ClassVar[tuple[Handler, ...]] = ()
    internal: ClassVar[tuple[Handler, ...]] = ()
    _by_trigger: ClassVar[dict[object, tuple[Handler, ...]]] = {}
    if TYPE_CHECKING:
        context: Context
        id: ProcessId
        memory: Memory

    def __init__(self, context: Context) -> None:
        state = self.__dict__
        state["context"] = context
        state["id"] = context.id
        state["memory"] = Memory(state, self.fields, context.storage.recover())

    def start(self) -> None:
        """Set the first timers.

        Called once in the life of a process, before anything happens to it;
        after a crash its action on RESTART is taken instead.
        """

    def forked(self, context: Context) -> Self:
        """Return a copy with another world, between two steps.

        Fields are immutable and configuration never changes, so both are shared.
        """
        made = object.__new__(type(self))
        state = made.__dict__
        state.update(self.__dict__)
        state["context"] = context
        state["memory"] = self.memory.forked(state)
        return made

    def now(self) -> int:
        """Return the time in nanoseconds."""
        return self.context.now()

    def send(self, to: ProcessId, message: Message) -> None:
        """Send a message; it may arrive late, twice, or not at all."""
        self.memory.effects += 1
        self.context.send(to, message)

    def broadcast(
        self, message: Message, to: Iterable[ProcessId] | None = None
    ) -> None:
        """Send the message to each of `to`: to all others if left out."""
        for peer in in_order(self.context.peers if to is None else to):
            self.send(peer, message)

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        """Let the timer fire once after `delay_ns`; replaces a running one."""
        self.memory.effects += 1
        self.context.set_timer(timer, delay_ns)

    def cancel_timer(self, timer: Timer) -> None:
        """Stop the timer if it runs."""
        self.memory.effects += 1
        self.context.cancel_timer(timer)

    def note(self, outcome: Outcome, function: str, value: object = None) -> None:
        """Say what this process, a client, asked for, or how that ended.

        "invoke" when it asks, then one of "ok" (it took effect; `value` is the
        answer), "fail" (it did not, and never will) and "info" (nobody knows).
        """
        self.memory.effects += 1
        self.context.happened(Happened(outcome, function, value))

    def sync(self) -> None:
        """Force what was written to persistent fields: it now survives a crash.

        A process can crash here, before the force or right after it.  One step
        of the spec forces once; twice in one action is an ImplementationError.
        Where nothing was written since the last time, nothing happens.
        """
        memory = self.memory
        memory.effects += 1
        memory.syncs += 1
        if memory.syncs > 1:
            raise ImplementationError(
                f"{type(self).__name__} forces its log twice in one action: a crash "
                "in between would leave half a step; make it two actions"
            )
        if memory.unsynced:
            writes = memory.current(sorted(memory.unsynced))
            memory.unsynced = set()
            self.context.storage.force(writes)

    def on(self, trigger: Trigger) -> tuple[Handler, ...]:
        """Return the actions on this trigger, in source order."""
        key = type(trigger) if isinstance(trigger, Message) else trigger
        found = self._by_trigger.get(key)
        if found is None:
            found = tuple(each for each in self.handlers if _is_for(each, trigger))
            self._by_trigger[key] = found
        return found

    def __setattr__(self, name: str, value: object) -> None:
        state = self.__dict__
        if name in self.fields and "memory" in state:
            state["memory"].write(name, value)
        elif "memory" in state and state["memory"].in_step:
            raise ImplementationError(
                f"{type(self).__name__}.{name} is assigned in an action but is no "
                "field; declare it with volatile() or persistent()"
            )
        else:
            state[name] = value

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.fields = MappingProxyType(
            {name: found for name, found in members(cls) if isinstance(found, Field)}
        )
        cls.handlers = tuple(handlers_of(cls))
        cls.internal = tuple(each for each in cls.handlers if each.mark.on is None)
        cls._by_trigger = {}
        _check_fields(cls)


def _check_fields(cls: type[Process]) -> None:
    """Check the names of fields, and what `declares` says of them."""
    for name in cls.fields:
        if hasattr(Process, name) or name in {"context", "id", "memory"}:
            raise ImplementationError(
                f"{cls.__name__}.{name} hides what every process has; rename the field"
            )
    for name, path in cls.declares.items():
        if name not in cls.fields:
            raise ImplementationError(
                f"{cls.__name__}.declares: {name} is no field of the class"
            )
        for part in Template.path(path).parts:
            if part.split(".")[0] != "self":
                raise ImplementationError(
                    f"{cls.__name__}.declares: {part} in {path} does not start at self"
                )


def _is_for(handler: Handler, trigger: Trigger) -> bool:
    on = handler.mark.on
    return isinstance(trigger, on) if isinstance(on, type) else trigger == on
