"""Recording: what happened, in the words of the spec."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from operator import is_
from typing import TYPE_CHECKING, Final

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
from refimpl.sim.node import Stamp
from refimpl.triggers import ImplementationError, Message, ProcessId

if TYPE_CHECKING:
    from collections.abc import Callable

    from refimpl.process import Process
    from refimpl.protocol import Protocol
    from refimpl.sim.node import Envelope
    from refimpl.steps import Taken

NETWORK: Final = "net"
"""Who an event of the network is by."""

_SKIP: Final = Skip()
_NOTHING: Final = ((), ())
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
        self._paths: dict[tuple[str, str], Path] = {}
        network = observe is Observe.EVERYTHING and protocol.network
        self._network = Path(network) if network else None
        self._value = _Values().of

    def forked(self, sink: Callable[[Event], object] | None = None) -> Recorder:
        """Return a recorder that goes on from here, its events in its own list.

        Vector clocks and names of messages are not carried over.
        """
        made = Recorder(self.protocol, self.observe, sink)
        made.in_flight = dict(self.in_flight)
        made.init, made.number = self.init, self.number
        made._paths, made._value = self._paths, self._value
        return made

    # -------------------------------------------------------- what happens

    def begin(self, processes: Iterable[Process]) -> None:
        """Note the first state."""
        if self.observe is Observe.NAMES:
            return
        seen = [
            dataclasses.replace(each, primed=False)
            for process in processes
            for each in self._seen(process, process.memory.values)
        ]
        first = (dataclasses.replace(each, primed=False) for each in self._flying())
        self.init = (*_whole(seen), *first)

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
        call = Call(step.action, tuple(map(self._value, step.arguments)) or None)
        seen = () if self.observe is Observe.NAMES else self._seen(process, fields)
        self._event(call, process.id, time_ns, seen, takes, puts)

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
        clock = self._tick(by, takes, puts)
        sent: tuple[str, ...] = ()
        received: tuple[str, ...] = ()
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
        """Return the vector clock of an event; stamp the messages that it sends."""
        clock: dict[str, int] | None = None
        if self._clocks is not None:
            clock = dict(self._clocks.get(by, {}))
            known = takes.stamp.clock if takes is not None and takes.stamp else {}
            for name, count in known.items():
                clock[name] = max(count, clock.get(name, 0))
            clock[by] = clock.get(by, 0) + 1
            self._clocks[by] = clock
        if clock is not None or self._messages:
            for envelope in puts:
                self._stamped += 1
                envelope.stamp = Stamp(f"m{self._stamped}", clock or {})
        return clock

    # -------------------------------------------------------- what is observed

    def _seen(
        self, process: Process, values: Mapping[str, object]
    ) -> tuple[Observation, ...]:
        """Observe these fields, primed, as the variables that the process declares."""
        declares = process.declares
        return tuple(
            [self._fact(process, n, values[n]) for n in declares if n in values]
        )

    def _fact(self, process: Process, name: str, value: object) -> Observation:
        path, found = self._path(process, name), self._value(value)
        return Observation(path, Relation.EQUALS, found, primed=True)

    def _path(self, process: Process, name: str) -> Path:
        key = process.id, name
        found = self._paths.get(key)
        if found is None:
            template = Template.path(process.declares[name])
            parts = tuple(value_of(each) for each in template.fill({"self": process}))
            selectors: tuple[Value, ...] = (parts,) if len(parts) > 1 else parts
            found = self._paths[key] = Path(template.name, selectors=selectors)
        return found

    def _flying(self) -> tuple[Observation, ...]:
        """Observe the bag of messages in flight."""
        if self._network is None:
            return ()
        bag = fn(self.in_flight)
        return (Observation(self._network, Relation.EQUALS, bag, primed=True),)

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


class _Values:
    """Makes values of Python objects, each object once while it is at hand.

    By identity: 1 and True are equal, and stand for different values.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, Value]] = {}
        self._names: dict[str, ModelValue] = {}
        self._logs: dict[int, tuple[tuple[object, ...], tuple[Value, ...]]] = {}

    def of(self, item: object) -> Value:
        """Return what an object is in the spec."""
        kind = type(item)
        if kind is str or kind is int:
            return item  # type: ignore[return-value]  # as was just seen
        if kind is ProcessId:
            return self._model_value(item)  # type: ignore[arg-type]  # likewise
        found = self._known.get(id(item))
        if found is not None:
            return found[1]
        parts = kind is tuple and item
        made = self._sequence(parts) if parts else _made(item, self.of)  # type: ignore[arg-type]  # likewise
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[id(item)] = item, made
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

    def _model_value(self, name: ProcessId) -> ModelValue:
        found = self._names.get(name)
        if found is None:
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
    kind: type = type(item)
    if is_frozen(kind):
        names = recorded(kind)
        parts = tuple([of(getattr(item, name)) for name in names])
        if isinstance(item, Message):
            return _maker((*names, "type"))((*parts, kind.__name__))
        return _maker(names)(parts)
    raise ImplementationError(
        f"{item!r} of type {kind.__name__} is nothing that a spec can name; "
        "leave the field out of `declares`, or mark it UNRECORDED"
    )


@lru_cache(maxsize=1024)
def _maker(keys: tuple[Value, ...]) -> Callable[[tuple[Value, ...]], Value]:
    """Return what makes functions, and records, of one domain."""
    return fn_maker(keys)


def _whole(seen: Iterable[Observation]) -> Iterator[Observation]:
    """Put `v[p] = a`, `v[q] = b` together to `v = [p |-> a, q |-> b]`.

    A variable that processes index is taken to be indexed by them alone.
    """
    parts: dict[str, dict[Value, Value]] = {}
    for each in seen:
        if not each.path.selectors:
            yield each
        else:
            (selector,) = each.path.selectors
            parts.setdefault(each.path.root, {})[selector] = each.value
    for root, pairs in parts.items():
        yield Observation(Path(root), Relation.EQUALS, fn(pairs), primed=False)
