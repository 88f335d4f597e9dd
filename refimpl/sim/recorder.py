"""Recording: what happened, in the words of the spec."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.trace.model import (
    Call,
    End,
    Event,
    Observation,
    Path,
    Relation,
    Skip,
    Step,
    Trace,
)
from pyspec.values import ModelValue, Value, boolean, fn, fn_maker
from refimpl.actions import Template
from refimpl.fields import is_frozen, recorded
from refimpl.maps import FrozenMap
from refimpl.sim.node import Stamp
from refimpl.triggers import ImplementationError, Message, ProcessId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from refimpl.process import Process
    from refimpl.protocol import Protocol
    from refimpl.sim.node import Envelope
    from refimpl.steps import Taken

    Maker: TypeAlias = Callable[[tuple[Value, ...]], Value]

NETWORK: Final = "net"
"""Who an event of the network is by."""

_SKIP: Final = Skip()
_EQUALS: Final = Relation.EQUALS
_NOTHING: Final = ((), ())
_NEVER: Final = object()
_REMEMBERED: Final = 1 << 14
"""Objects whose values are kept."""


class Observe(enum.Enum):
    """How much of the state is written down with each event."""

    EVERYTHING = "everything"
    """Each field that the step assigned or forced, and the network."""
    OWN = "own state"
    """The same without the network, which no process can see."""
    NAMES = "names only"
    """Nothing: just the actions and their arguments."""


class Recorder:
    """Makes events of what happens, and keeps the bag of messages in flight.

    Each event goes to `sink`, or into `events` if there is none.  With `clocks`
    events have vector clocks; with `messages` they say which they sent and received.
    """

    def __init__(
        self,
        protocol: Protocol,
        observe: Observe = Observe.EVERYTHING,
        sink: Callable[[Event], object] | None = None,
        *,
        clocks: bool = False,
        messages: bool = False,
    ) -> None:
        self.protocol = protocol
        self.observe = observe
        self.events: list[Event] = []
        self.in_flight: dict[Value, int] = {}
        self.init: tuple[Observation, ...] = ()
        self.number = 0
        self._sink = self.events.append if sink is None else sink
        self._clocks: dict[str, dict[str, int]] | None = {} if clocks else None
        self._messages = messages
        self._stamped = 0
        self._declared: dict[tuple[str, type], dict[str, _Declared]] = {}
        network = observe is Observe.EVERYTHING and protocol.network
        self._network = Path(network) if network else None
        self._value = _Values(keeps_messages=self._network is not None).of
        self._calls: dict[tuple[object, ...], Call] = {}

    def forked(self, sink: Callable[[Event], object] | None = None) -> Recorder:
        """Return a recorder that goes on from here, its events in its own list.

        Vector clocks and names of messages are not carried over.
        """
        made = Recorder(self.protocol, self.observe, sink)
        made.in_flight = dict(self.in_flight)
        made.init, made.number = self.init, self.number
        made._declared, made._value = self._declared, self._value
        made._calls = self._calls
        return made

    # -------------------------------------------------------- what happens

    def begin(self, processes: Iterable[Process]) -> None:
        """Note the first state."""
        if self.observe is Observe.NAMES:
            return
        seen = [
            each
            for process in processes
            for each in self._seen(process, process.memory.values)
        ]
        self.init = (*_whole(seen), *_whole(self._flying()))

    def step(  # noqa: PLR0913, PLR0917 - what makes an event
        self,
        process: Process,
        step: Taken,
        fields: Mapping[str, object],
        time_ns: int,
        takes: Envelope | None,
        puts: Iterable[Envelope],
    ) -> None:
        """Write down a step of a process that takes a message and puts others."""
        arguments = tuple(map(self._value, step.arguments))
        if takes is None:
            call = self._repeated(step.action, arguments)
        else:
            call = Call(step.action, arguments or None)
        seen = () if self.observe is Observe.NAMES else self._seen(process, fields)
        self._event(call, process.id, time_ns, seen, takes, puts)

    def _repeated(self, action: str, arguments: tuple[Value, ...]) -> Call:
        """Return a call.  Without a message in it, there was one like it before."""
        key = action, *arguments
        found = self._calls.get(key)
        if found is None:
            if len(self._calls) >= _REMEMBERED:
                self._calls.clear()
            found = self._calls[key] = Call(action, arguments or None)
        return found

    def crash(
        self,
        process: Process,
        template: str | None,
        time_ns: int,
        kept: Mapping[str, object],
    ) -> None:
        """Write down that a process went down; `kept` was written though not forced."""
        lost = {
            name: field.when_down(process.memory.values)
            for name, field in process.fields.items()
            if not field.stable
        }
        seen = (
            ()
            if self.observe is Observe.NAMES
            else self._seen(process, {**lost, **kept})
        )
        step = step_of(template, self=process)
        self._event(step, process.id, time_ns, seen, None, ())

    def network(  # noqa: PLR0913, PLR0917 - what makes an event
        self,
        template: str | None,
        envelope: Envelope,
        time_ns: int,
        takes: Envelope | None = None,
        puts: Envelope | None = None,
        by: str = NETWORK,
    ) -> None:
        """Write down what the network did to a message, or who ignored it."""
        step = step_of(template, message=envelope.message)
        put = () if puts is None else (puts,)
        self._event(step, by, time_ns, (), takes, put)

    def trace(self, meta: Mapping[str, Value], end: End) -> Trace:
        """Return what was recorded so far."""
        return dataclasses.replace(
            self.header(meta), events=tuple(self.events), end=end
        )

    def header(self, meta: Mapping[str, Value]) -> Trace:
        """Return what stands before the events."""
        return Trace(
            module=self.protocol.module,
            constants=self.protocol.constants,
            meta=meta,
            init=self.init,
        )

    # -------------------------------------------------------- events

    def _event(  # noqa: PLR0913, PLR0917 - what makes an event
        self,
        step: Step,
        by: str,
        time_ns: int,
        seen: tuple[Observation, ...],
        takes: Envelope | None,
        puts: Iterable[Envelope],
    ) -> None:
        """Make an event, and give it away."""
        self.number += 1
        if self._network is not None and (takes is not None or puts):
            seen = (*seen, *self._moved(takes, puts))
        clock = None
        sent: tuple[str, ...] = ()
        received: tuple[str, ...] = ()
        if self._clocks is not None or self._messages:
            clock = self._tick(by, takes, puts)
        if self._messages:
            sent = tuple(e.stamp.name for e in puts if e.stamp is not None)
            if takes is not None and takes.stamp is not None:
                received = (takes.stamp.name,)
        self._sink(
            Event(self.number, (step,), seen, by, time_ns, clock, sent, received)
        )

    def _tick(
        self, by: str, takes: Envelope | None, puts: Iterable[Envelope]
    ) -> Mapping[str, int] | None:
        """Return the vector clock of an event, if wanted; stamp what it sends.

        What it sends with a stamp is the copy of a message that was sent before.
        """
        clock: dict[str, int] | None = None
        if self._clocks is not None:
            clock = dict(self._clocks.get(by, {}))
            before = puts if takes is None else (takes, *puts)
            for stamp in (each.stamp for each in before if each.stamp is not None):
                for name, count in stamp.clock.items():
                    clock[name] = max(count, clock.get(name, 0))
            clock[by] = clock.get(by, 0) + 1
            self._clocks[by] = clock
        for envelope in puts:
            self._stamped += 1
            envelope.stamp = Stamp(f"m{self._stamped}", clock or {})
        return clock

    # -------------------------------------------------------- what is observed

    def _seen(
        self, process: Process, values: Mapping[str, object]
    ) -> tuple[Observation, ...]:
        """Observe these fields, primed, as the variables that the process declares."""
        if not values:
            return ()
        of, key = self._value, (process.id, type(process))
        declared = self._declared.get(key)
        if declared is None:
            declared = self._declared[key] = _declared_by(process, of)
        return tuple(
            [
                each.fact if values[name] is each.value else each.seen(values[name], of)
                for name, each in declared.items()
                if name in values
            ]
        )

    def _flying(self) -> tuple[Observation, ...]:
        """Observe the bag of messages in flight."""
        if self._network is None:
            return ()
        bag = fn(self.in_flight)
        return (Observation(self._network, _EQUALS, bag, primed=True),)

    def _moved(
        self, takes: Envelope | None, puts: Iterable[Envelope]
    ) -> tuple[Observation, ...]:
        """Take a message out of the bag and put others in; observe it."""
        bag = self.in_flight
        if takes is not None:
            value = self._value(takes.message)
            bag[value] -= 1
            if not bag[value]:
                del bag[value]
        for envelope in puts:
            value = self._value(envelope.message)
            bag[value] = bag.get(value, 0) + 1
        return self._flying()


class _Declared:
    """A field that a process declares: its path in the spec, and what was seen last.

    Steps often assign what is there already, which the same fact says again.
    """

    __slots__ = ("fact", "path", "value")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.value: object = _NEVER
        self.fact: Observation

    def seen(self, value: object, of: Callable[[object], Value]) -> Observation:
        """Observe a value, primed."""
        self.fact = Observation(self.path, _EQUALS, of(value), primed=True)
        self.value = value
        return self.fact


def _declared_by(
    process: Process, of: Callable[[object], Value]
) -> dict[str, _Declared]:
    """Return what a process declares, by the name of the field."""
    found: dict[str, _Declared] = {}
    for name, text in process.declares.items():
        template = _path_template(text)
        parts = tuple(map(of, template.fill({"self": process})))
        selectors: tuple[Value, ...] = (parts,) if len(parts) > 1 else parts
        found[name] = _Declared(Path(template.name, selectors=selectors))
    return found


class _Values:
    """Makes values of Python objects, each object once while it is at hand.

    By identity: 1 and True are equal, and stand for different values.  Messages are
    many, and made a value just once unless the network is observed as well.
    """

    def __init__(self, *, keeps_messages: bool) -> None:
        self._keeps_messages = keeps_messages
        self._known: dict[int, Value] = {}
        self._kept: list[object] = []  # so that no other object gets their id
        self._names: dict[str, ModelValue] = {}
        self._logs: dict[int, tuple[tuple[object, ...], tuple[Value, ...]]] = {}
        self._domains: dict[tuple[int, ...], tuple[tuple[object, ...], Maker]] = {}

    def of(self, item: object) -> Value:
        """Return what an object is in the spec."""
        kind = type(item)
        if kind is str or kind is int:
            return item  # type: ignore[return-value]  # as was just seen
        if kind is ProcessId:
            return self._names.get(item) or self._model_value(item)  # type: ignore[arg-type,call-overload]  # likewise
        found = self._known.get(id(item))
        return self._new(item) if found is None else found

    def _new(self, item: object) -> Value:
        """Make the value of an object, and remember it."""
        if isinstance(item, Message) and not self._keeps_messages:
            return _made(item, self.of)
        made: Value
        if type(item) is tuple and item:
            made = self._sequence(item)
        elif type(item) is FrozenMap:
            made = self._function(item)
        else:
            made = _made(item, self.of)
        if len(self._kept) >= _REMEMBERED:
            self._known.clear()
            self._kept.clear()
        self._known[id(item)] = made
        self._kept.append(item)
        return made

    def _sequence(self, item: tuple[object, ...]) -> Value:
        """Make a sequence.  Long ones are logs, which grow: make just what is new."""
        old, values = self._logs.get(id(item[0]), _NOTHING)
        if len(old) > len(item) or not all(map(is_, old, item)):
            old, values = _NOTHING
        made = (*values, *map(self.of, item[len(old) :]))
        if len(self._logs) >= _REMEMBERED:
            self._logs.clear()
        self._logs[id(item[0])] = item, made
        return made

    def _function(self, item: FrozenMap[Any, Any]) -> Value:
        """Make a function.  Its arguments are mostly the same objects as before."""
        ids = tuple(map(id, item))
        _, make = self._domains.get(ids) or self._domain(ids, tuple(item))
        return make(tuple(map(self.of, item.values())))

    def _domain(
        self, ids: tuple[int, ...], arguments: tuple[object, ...]
    ) -> tuple[tuple[object, ...], Maker]:
        if len(self._domains) >= _REMEMBERED:
            self._domains.clear()
        made = arguments, _maker(tuple(map(self.of, arguments)))
        self._domains[ids] = made
        return made

    def _model_value(self, name: ProcessId) -> ModelValue:
        found = self._names[name] = ModelValue(name)
        return found


def step_of(template: str | None, **roots: object) -> Step:
    """Return the step that a template such as "RMCrash(self.id)" stands for.

    SKIP for None: no variable of the spec changes.
    """
    if template is None:
        return _SKIP
    call = _template(template)
    return call_of(call.name, call.fill(roots))


@cache
def _template(text: str) -> Template:
    return Template.call(text)


@cache
def _path_template(text: str) -> Template:
    return Template.path(text)


def call_of(action: str, arguments: Iterable[object]) -> Call:
    """Return the step of a spec's action; a bare name if it has no arguments."""
    return Call(action, tuple(value_of(each) for each in arguments) or None)


def value_of(item: object) -> Value:
    """Return what a Python value is in the spec.

    A process's address is the model value of that name, a mapping a function, a
    frozen dataclass the record of its fields, a message that with its class's name
    as `type`; fields marked UNRECORDED are left out.
    """
    return _made(item, value_of)


def _made(item: object, of: Callable[[object], Value]) -> Value:
    """Return the value of an object; `of` is asked for those of its parts."""
    kind: type = type(item)
    found = _as_record(kind)
    if found is not None:
        parts, make = found
        return make(tuple(map(of, parts(item))))
    if isinstance(item, tuple):
        return tuple(map(of, item))
    if isinstance(item, ProcessId):
        return ModelValue(item)
    if isinstance(item, bool):
        return boolean(truth=item)
    if isinstance(item, int | str | ModelValue):
        return item
    if isinstance(item, frozenset):
        return frozenset(map(of, item))
    if isinstance(item, Mapping):
        return _maker(tuple(map(of, item)))(tuple(map(of, item.values())))
    raise ImplementationError(
        f"{item!r} of type {kind.__name__} is nothing that a spec can name; "
        "leave the field out of `declares`, or mark it UNRECORDED"
    )


@cache
def _as_record(
    kind: type,
) -> tuple[Callable[[object], tuple[object, ...]], Maker] | None:
    """Return what reads the parts of a frozen dataclass, and what makes the record.

    None for another class, and for one whose objects are more than records.
    """
    is_more = issubclass(kind, (tuple, int, str, frozenset, Mapping))
    if is_more or not is_frozen(kind):
        return None
    paths = {name: name for name in recorded(kind)}
    if issubclass(kind, Message):
        paths["type"] = "__class__.__name__"
    names = sorted(paths)  # as they are in the record, so that nothing moves
    return _reader([paths[name] for name in names]), fn_maker(names)


def _reader(paths: Sequence[str]) -> Callable[[object], tuple[object, ...]]:
    """Return what reads attributes, as a tuple of however many."""
    if len(paths) > 1:
        return attrgetter(*paths)
    readers = [*map(attrgetter, paths)]
    return lambda item: tuple([read(item) for read in readers])


@lru_cache(maxsize=1024)
def _maker(keys: tuple[Value, ...]) -> Maker:
    """Return what makes functions, and records, of one domain."""
    return fn_maker(keys)


def _whole(seen: Iterable[Observation]) -> Iterator[Observation]:
    """Say of a first state `v = [p |-> a, q |-> b]` for `v[p]' = a`, `v[q]' = b`.

    A variable that processes index is taken to be indexed by them alone.
    """
    parts: dict[str, dict[Value, Value]] = {}
    for each in seen:
        if not each.path.selectors:
            yield Observation(each.path, _EQUALS, each.value, primed=False)
        else:
            (selector,) = each.path.selectors
            parts.setdefault(each.path.root, {})[selector] = each.value
    for root, pairs in parts.items():
        yield Observation(Path(root), _EQUALS, fn(pairs), primed=False)
