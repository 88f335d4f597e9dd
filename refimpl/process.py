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

import dataclasses
import enum
import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    import random

__all__ = [
    "RESTART",
    "Context",
    "Ignored",
    "ImplementationError",
    "Message",
    "Process",
    "ProcessId",
    "Restart",
    "Storage",
    "Taken",
    "Timer",
    "Trigger",
    "action",
    "guard",
    "persistent",
    "respond",
    "volatile",
]

T = TypeVar("T")
Method = TypeVar("Method", bound=Callable[..., None])

SETTLES_WITHIN: Final = 1000
"""So many internal steps in a row mean that a guard never becomes false."""


class ImplementationError(Exception):
    """A process breaks a rule that this module states: its author's mistake."""


class ProcessId(str):
    """The address of a process; in the spec it is the model value of that name."""

    __slots__ = ()


@dataclass(frozen=True)
class Message:
    """What processes send: subclasses are frozen dataclasses of immutable values."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer of a process, which runs at most once at a time."""

    name: str


class Restart(enum.Enum):
    """The one object that stands for coming back after a crash."""

    RESTART = "restart"


RESTART: Final = Restart.RESTART
Trigger: TypeAlias = Message | Timer | Restart


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


# ------------------------------------------------------------- fields


class Field:
    """A field of a process.  Made by `volatile` and `persistent`."""

    def __init__(self, initial: object, after_crash: object, *, stable: bool) -> None:
        _check_immutable("a field", initial)
        _check_immutable("a field", after_crash)
        self.initial = initial
        self.after_crash = after_crash
        self.stable = stable
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, process: Process | None, owner: type) -> object:
        return self if process is None else process.memory.values[self.name]

    def __set__(self, process: Process, value: object) -> None:
        process.memory.write(self, value)


def _check_immutable(what: str, value: object) -> None:
    """Refuse what can be changed in place.

    Neither a crash nor the check of false guards could see such a change.
    """
    try:
        hash(value)
    except TypeError:
        raise ImplementationError(
            f"{what} is {value!r}, which can be changed in place; "
            "use int, str, bool, tuple, frozenset or a frozen dataclass"
        ) from None


class _Same(enum.Enum):
    SAME = "the initial value"


def volatile(initial: T, *, crashed: T | _Same = _Same.SAME) -> T:
    """Declare a field that a crash loses.

    `crashed` is what it is from a crash until the restart assigns it: what the
    spec says of a process that is down.  The same as `initial` if left out.
    """
    after_crash = initial if isinstance(crashed, _Same) else crashed
    return cast("T", Field(initial, after_crash, stable=False))


def persistent(initial: T) -> T:
    """Declare a field that survives a crash as `sync` last forced it."""
    return cast("T", Field(initial, initial, stable=True))


class Memory:
    """The fields of one process, and what its current step has done so far.

    For the runner of a process, not for its implementer.  `written` holds the
    fields that the step assigned, `unsynced` the persistent ones that no sync
    has forced yet, `effects` counts messages, timers and syncs.
    """

    def __init__(self, fields: Iterable[Field], disk: Storage) -> None:
        recovered = disk.recover()
        self.values: dict[str, object] = {}
        self.written: dict[str, Field] = {}
        self.unsynced: dict[str, Field] = {}
        self.effects = 0
        self.syncs = 0
        self.in_step = False
        for field in fields:
            value = field.initial if recovered is None else field.after_crash
            if field.stable and recovered is not None:
                value = recovered.get(field.name, value)
            self.values[field.name] = value

    def write(self, field: Field, value: object) -> None:
        """Assign a field; ImplementationError if the value is a mutable one."""
        _check_immutable(f"field {field.name}", value)
        self.values[field.name] = value
        self.written[field.name] = field
        if field.stable:
            self.unsynced[field.name] = field

    def begin(self) -> None:
        """Start a step: nothing is written yet."""
        self.written = {}
        self.effects = self.syncs = 0
        self.in_step = True


# ------------------------------------------------------------- a process


class Process:
    """One participant.

    `declares` says which variable of the spec each field is, as in
    `{"state": "rmState[self.id]"}`; fields that it does not name are the
    process's own business.  Attributes that are no fields are configuration:
    they are set in `__init__` and never again.
    """

    declares: ClassVar[Mapping[str, str]] = MappingProxyType({})
    fields: ClassVar[Mapping[str, Field]] = MappingProxyType({})
    handlers: ClassVar[tuple[Handler, ...]] = ()

    def __init__(self, context: Context) -> None:
        self.context = context
        self.memory = Memory(self.fields.values(), context.storage)

    def start(self) -> None:
        """Set the first timers.

        Called once in the life of a process, before anything happens to it;
        after a crash its action on RESTART is taken instead.
        """

    @property
    def id(self) -> ProcessId:
        """The address of this process."""
        return self.context.id

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
        for peer in _in_order(self.context.peers if to is None else to):
            self.send(peer, message)

    def set_timer(self, timer: Timer, delay_ns: int) -> None:
        """Let the timer fire once after `delay_ns`; replaces a running one."""
        self.memory.effects += 1
        self.context.set_timer(timer, delay_ns)

    def cancel_timer(self, timer: Timer) -> None:
        """Stop the timer if it runs."""
        self.memory.effects += 1
        self.context.cancel_timer(timer)

    def sync(self) -> None:
        """Force what was written to persistent fields: it now survives a crash.

        A process can crash here, before the force or right after it.  One step
        of the spec forces once; twice in one action is an ImplementationError.
        """
        memory = self.memory
        memory.effects += 1
        memory.syncs += 1
        if memory.syncs > 1:
            raise ImplementationError(
                f"{type(self).__name__} forces its log twice in one action: a crash "
                "in between would leave half a step; make it two actions"
            )
        writes = {name: memory.values[name] for name in memory.unsynced}
        memory.unsynced = {}
        self.context.storage.force(writes)

    def __setattr__(self, name: str, value: object) -> None:
        memory = self.__dict__.get("memory")
        if memory is not None and memory.in_step and name not in self.fields:
            raise ImplementationError(
                f"{type(self).__name__}.{name} is assigned in an action but is no "
                "field; declare it with volatile() or persistent()"
            )
        super().__setattr__(name, value)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.fields = MappingProxyType(
            {name: found for name, found in _members(cls) if isinstance(found, Field)}
        )
        cls.handlers = tuple(_handlers(cls))
        _check_fields(cls)


def _check_fields(cls: type[Process]) -> None:
    """Check the names of fields, and what `declares` says of them."""
    for name in cls.fields:
        if hasattr(Process, name) or name in {"context", "memory"}:
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


def _members(cls: type) -> Iterator[tuple[str, object]]:
    """Names and what they are in `cls`, in the order of their first definition."""
    names = [name for base in reversed(cls.__mro__) for name in vars(base)]
    for name in dict.fromkeys(names):
        yield name, inspect.getattr_static(cls, name)


# ------------------------------------------------------------- actions


class GuardIsFalse(Exception):
    """The action is not enabled in this state."""


def guard(condition: bool, /) -> None:  # noqa: FBT001 - reads like the spec's conjunct
    """Go on only if the condition holds; otherwise the action is not enabled."""
    if not condition:
        raise GuardIsFalse


@dataclass(frozen=True, slots=True)
class Template:
    """`Name(self.id, rm)` or `name[self.id]`, to be filled in at run time."""

    name: str
    parts: tuple[str, ...]

    @classmethod
    def call(cls, text: str) -> Template:
        """Read an action of the spec with the arguments to record."""
        return cls._read(text, r"(?P<name>\w+)(\((?P<parts>[^()]*)\))?")

    @classmethod
    def path(cls, text: str) -> Template:
        """Read a variable of the spec, perhaps applied to arguments."""
        return cls._read(text, r"(?P<name>\w+)(\[(?P<parts>[^\[\]]*)\])?")

    @classmethod
    def _read(cls, text: str, pattern: str) -> Template:
        match = re.fullmatch(pattern, text)
        if match is None:
            raise ImplementationError(f"not a name with arguments: {text!r}")
        inside = match["parts"]
        parts = [part.strip() for part in inside.split(",")] if inside else []
        for part in parts:
            if not re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", part):
                raise ImplementationError(
                    f"{text!r}: {part!r} is no path such as self.id or message.rm"
                )
        return cls(match["name"], tuple(parts))

    def fill(self, roots: Mapping[str, object]) -> tuple[object, ...]:
        """Return the values of the parts, each a path from one of the roots."""
        return tuple(_follow(part, roots) for part in self.parts)


def _follow(path: str, roots: Mapping[str, object]) -> object:
    root, *rest = path.split(".")
    return functools.reduce(getattr, rest, roots[root])


@dataclass(frozen=True, slots=True)
class Mark:
    """What `action` was told about a method."""

    template: Template
    on: type[Message] | Timer | Restart | None
    each: str | None


def action(
    name: str,
    *,
    on: type[Message] | Timer | Restart | None = None,
    each: str | None = None,
) -> Callable[[Method], Method]:
    """Mark a method as one action of the spec.

    `name` is the action with the arguments to record, paths from `self`,
    `message` or the method's parameter: "RMPrepare(self.id)".  `on` says what
    triggers it: a message, which the method may take as its parameter, a timer,
    or RESTART; without a trigger it is internal, and tried after every event of
    the process until no internal action is enabled.  `each` is a path from
    `self` to the values that the method's parameter ranges over.
    """
    mark = Mark(Template.call(name), on, each)

    def marked(method: Method) -> Method:
        method.__dict__["mark"] = mark
        return method

    return marked


@dataclass(frozen=True, slots=True)
class Handler:
    """An action of a class: how it is called, when, and with what."""

    mark: Mark
    method: str
    parameter: str | None

    def values(self, process: Process) -> Iterable[object]:
        """Return what the parameter ranges over; one None if over nothing."""
        if self.mark.each is None:
            return (None,)
        found = _follow(self.mark.each, {"self": process})
        return _in_order(cast("Iterable[object]", found))


def _in_order(values: Iterable[T]) -> Iterable[T]:
    """Sort a set, whose own order differs from run to run."""
    if isinstance(values, set | frozenset):
        return sorted(values, key=repr)
    return tuple(values)


def _handlers(cls: type[Process]) -> Iterator[Handler]:
    """Actions in source order; an override keeps the place that it overrides."""
    for name, member in _members(cls):
        marks = (vars(base)[name] for base in cls.__mro__ if name in vars(base))
        found = (m.__dict__["mark"] for m in marks if "mark" in _attributes(m))
        mark = next(found, None)
        if mark is not None and inspect.isfunction(member):
            yield _handler(cls, name, mark, member)


def _attributes(member: object) -> Mapping[str, object]:
    return member.__dict__ if inspect.isfunction(member) else {}


def _handler(
    cls: type, name: str, mark: Mark, method: Callable[..., object]
) -> Handler:
    """Check the mark of a method against the method."""
    parameters = list(inspect.signature(method).parameters)[1:]
    by_message = isinstance(mark.on, type)
    where = f"{cls.__name__}.{name}"
    if isinstance(mark.on, type) and not _is_frozen(mark.on):
        raise ImplementationError(
            f"{where}: {mark.on.__name__} is no frozen dataclass derived from Message"
        )
    if by_message and mark.each:
        raise ImplementationError(f"{where}: each= does not go with a message")
    few, many = (0, 1) if by_message else (1, 1) if mark.each else (0, 0)
    if not few <= len(parameters) <= many:
        raise ImplementationError(
            f"{where} takes {len(parameters)} parameters; a message gives at most "
            "one, each= exactly one, anything else none"
        )
    roots = {"self", *parameters, *(["message"] if by_message else [])}
    for part in (*mark.template.parts, *([mark.each] if mark.each else [])):
        if part.split(".")[0] not in roots:
            raise ImplementationError(
                f"{where}: {part} starts at none of {', '.join(sorted(roots))}"
            )
    return Handler(mark, name, parameters[0] if parameters else None)


def _is_frozen(kind: type) -> bool:
    return (
        issubclass(kind, Message)
        and "__dataclass_fields__" in vars(kind)
        and dataclasses.is_dataclass(kind)
    )


# ------------------------------------------------------------- taking steps


@dataclass(frozen=True, slots=True)
class Taken:
    """An action that a process took, as the spec names it, with its arguments."""

    action: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that no action wanted: it is consumed and changes nothing."""

    message: Message


def respond(process: Process, trigger: Trigger) -> Iterator[Taken | Ignored]:
    """Let the process react, and yield after each step that it takes.

    Of the actions on a message or on RESTART the first enabled one is taken, in
    source order; on a timer each enabled one, for each value of its parameter.
    Then the internal actions, until none is enabled.  Stop iterating when the
    process crashes.
    """
    steps = (
        step
        for handler in process.handlers
        if _is_for(handler, trigger)
        for value in handler.values(process)
        if (step := _attempt(process, handler, trigger, value)) is not None
    )
    if isinstance(trigger, Timer):
        yield from steps
    elif (first := next(steps, None)) is not None:
        yield first
    elif isinstance(trigger, Message):
        yield Ignored(trigger)
    else:
        raise ImplementationError(
            f"{type(process).__name__} has no action on RESTART that is enabled"
        )
    yield from _settle(process)


def _is_for(handler: Handler, trigger: Trigger) -> bool:
    on = handler.mark.on
    return isinstance(trigger, on) if isinstance(on, type) else trigger == on


def _settle(process: Process) -> Iterator[Taken]:
    """Take internal actions until none is enabled."""
    for _ in range(SETTLES_WITHIN):
        step = _internal(process)
        if step is None:
            return
        yield step
    raise ImplementationError(
        f"{type(process).__name__} took {SETTLES_WITHIN} internal steps in a row; "
        f"the last was {step}"
    )


def _internal(process: Process) -> Taken | None:
    """Take the first internal action that is enabled."""
    for handler in process.handlers:
        if handler.mark.on is None:
            for value in handler.values(process):
                step = _attempt(process, handler, None, value)
                if step is not None:
                    return step
    return None


def _attempt(
    process: Process, handler: Handler, trigger: Trigger | None, value: object
) -> Taken | None:
    """Take the action if its guards hold; otherwise change nothing."""
    message = trigger if isinstance(trigger, Message) else None
    given = value if message is None else message
    roots = {handler.parameter or "": given, "message": message, "self": process}
    template = handler.mark.template
    step = Taken(template.name, template.fill(roots))
    memory = process.memory
    before = dict(memory.values)
    memory.begin()
    try:
        method = getattr(process, handler.method)
        method(given) if handler.parameter else method()
    except GuardIsFalse:
        _check_untouched(process, handler, before)
        return None
    finally:
        memory.in_step = False
    return step


def _check_untouched(
    process: Process, handler: Handler, before: Mapping[str, object]
) -> None:
    """Raise ImplementationError if the step did anything before its guard."""
    memory = process.memory
    done = [
        f"changed {name} from {before[name]!r} to {memory.values[name]!r}"
        for name in memory.written
    ]
    if memory.effects:
        done.append("sent a message, set a timer or forced its log")
    if done:
        raise ImplementationError(
            f"{type(process).__name__}.{handler.method} {' and '.join(done)} before "
            "a guard that is false; guards come first"
        )
