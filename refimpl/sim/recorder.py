"""Recording: what happened, in the words of the spec."""

from __future__ import annotations

import dataclasses
import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

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
from pyspec.values import ModelValue, Value, boolean, fn, record
from refimpl.process import ImplementationError, Message, Process, ProcessId, Template

if TYPE_CHECKING:
    from refimpl.protocol import Protocol


class Observe(enum.Enum):
    """How much of the state is written down with each event."""

    EVERYTHING = "everything"
    """Each field that the step assigned or forced, and the network."""
    OWN = "own state"
    """The same without the network, which no process can see."""
    NAMES = "names only"
    """Nothing: just the actions and their arguments."""


class Recorder:
    """Builds a trace, event by event, and keeps the bag of messages in flight."""

    def __init__(self, protocol: Protocol, observe: Observe) -> None:
        self.protocol = protocol
        self.observe = observe
        self.events: list[Event] = []
        self.in_flight: Counter[Message] = Counter()
        self._init: tuple[Observation, ...] = ()

    def begin(self, processes: Iterable[Process]) -> None:
        """Note the first state."""
        if self.observe is Observe.NAMES:
            return
        seen = [
            dataclasses.replace(each, primed=False)
            for process in processes
            for each in observations(process, process.memory.values)
        ]
        self._init = (*_whole(seen), *self._network(primed=False))

    def event(  # noqa: PLR0913 - an event has many parts, all keyword-only
        self,
        step: Step,
        *,
        by: str,
        time_ns: int,
        seen: Iterable[Observation] = (),
        takes: Message | None = None,
        puts: Iterable[Message] = (),
    ) -> None:
        """Write down an event that takes a message out of the net and puts others."""
        puts = tuple(puts)
        if takes is not None:
            self._take(takes)
        self.in_flight.update(puts)
        moved = takes is not None or puts
        facts = () if self.observe is Observe.NAMES else tuple(seen)
        self.events.append(
            Event(
                number=len(self.events) + 1,
                steps=(step,),
                observations=(*facts, *(self._network(primed=True) if moved else ())),
                process=by,
                time_ns=time_ns,
            )
        )

    def trace(self, meta: Mapping[str, Value], end: End) -> Trace:
        """Return what was recorded so far."""
        return Trace(
            module=self.protocol.module,
            events=tuple(self.events),
            constants=self.protocol.constants,
            meta=meta,
            init=self._init,
            end=end,
        )

    def _take(self, message: Message) -> None:
        self.in_flight[message] -= 1
        if not self.in_flight[message]:
            del self.in_flight[message]

    def _network(self, *, primed: bool) -> Iterator[Observation]:
        if self.protocol.network and self.observe is Observe.EVERYTHING:
            bag = {value_of(message): n for message, n in self.in_flight.items()}
            path = Path(self.protocol.network)
            yield Observation(path, Relation.EQUALS, fn(bag), primed)


def step_of(template: str | None, **roots: object) -> Step:
    """Return the step that a template such as "RMCrash(self.id)" stands for.

    SKIP for None: no variable of the spec changes.
    """
    if template is None:
        return Skip()
    call = Template.call(template)
    return call_of(call.name, call.fill(roots))


def call_of(action: str, arguments: Iterable[object]) -> Call:
    """Return the step of a spec's action; a bare name if it has no arguments."""
    return Call(action, tuple(value_of(each) for each in arguments) or None)


def observations(
    process: Process, values: Mapping[str, object]
) -> Iterator[Observation]:
    """Observe these fields, primed, as the variables that the process declares."""
    for name, declared in process.declares.items():
        if name in values:
            template = Template.path(declared)
            selectors = tuple(
                value_of(each) for each in template.fill({"self": process})
            )
            if len(selectors) > 1:
                selectors = (selectors,)
            path = Path(template.name, selectors=selectors)
            yield Observation(
                path, Relation.EQUALS, value_of(values[name]), primed=True
            )


def value_of(item: object) -> Value:
    """Return what a Python value is in the spec.

    A process's address is the model value of that name, a message the record of
    its fields with its class's name as `type`, a mapping a function.
    """
    if isinstance(item, ProcessId):
        return ModelValue(item)
    if isinstance(item, bool):
        return boolean(truth=item)
    if isinstance(item, int | str | ModelValue):
        return item
    if isinstance(item, tuple):
        return tuple(value_of(each) for each in item)
    if isinstance(item, frozenset):
        return frozenset(value_of(each) for each in item)
    if isinstance(item, Mapping):
        return fn((value_of(key), value_of(value)) for key, value in item.items())
    if isinstance(item, Message):
        parts = {
            field.name: value_of(getattr(item, field.name))
            for field in dataclasses.fields(item)
        }
        return record(type=type(item).__name__, **parts)
    raise ImplementationError(
        f"{item!r} of type {type(item).__name__} is nothing that a spec can name; "
        "leave the field out of `declares`"
    )


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
