"""TLC's counterexamples as traces: from its text, and from `-dumpTrace json`.

Event i leads from state i to state i+1.  A lasso has one more event, the step
that closes it, and ends with LOOP; a behavior that stutters for ever ends
`quiescent`; all others are `cut`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.errors import Mistake
from pyspec.tla2tools.dump_json import read_dump
from pyspec.tla2tools.numbers import whole
from pyspec.trace.model import (
    UNKNOWN,
    Argument,
    Call,
    End,
    Event,
    Location,
    Loop,
    Observation,
    Path,
    Relation,
    Trace,
)
from pyspec.values.build import Spending
from pyspec.values.model import ModelValue, Value, boolean, fn
from pyspec.values.names import names_in
from pyspec.values.parse import parse, parse_state

if TYPE_CHECKING:
    from pyspec.tla2tools.dump_json import Dump
    from pyspec.tla2tools.messages import Message

__all__ = [
    "Behavior",
    "Printed",
    "State",
    "behavior_of",
    "read_dump_trace",
    "to_trace",
    "trace_of_dump",
    "trace_of_states",
    "with_arguments",
]

State: TypeAlias = Mapping[str, Value | None]

_LABEL: Final = re.compile(r"(\d+): ?(.*)")
_REGION: Final = re.compile(
    r"line (?P<line>\d+), col (?P<column>\d+) to "
    r"line (?P<end_line>\d+), col (?P<end_column>\d+) of module (?P<module>[^>]+)>\s*\Z"
)
_REGION_MARK: Final = re.compile(r"line \d+, col \d+ to line ")
_CALL: Final = re.compile(
    r"(?P<name>[^\s(]+)(?:\((?P<arguments>.*)\))?\s*\Z", re.DOTALL
)
_BACK: Final = re.compile(r"Back to state(?:: ?(.*))?\s*\Z", re.DOTALL)
_CODES: Final = {"state": (2216, 2217), "stuttering": (2218,), "back": (2122,)}
_MOST_READINGS: Final = 16  # of one JSON value; with more it is not observed


@dataclass(frozen=True, slots=True)
class Printed:
    """One state message: its number, what led to it, and the state's text."""

    number: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Behavior:
    """A behavior as TLC printed it.

    `calls[i]` leads from `states[i]` to `states[i+1]`; for a lasso one more
    call leads back to the state numbered `back_to` (from 1).  A value that
    TLC printed as `null`, or that could not be read, is None; `damage` says
    what could not be read.
    """

    states: tuple[State, ...] = ()
    calls: tuple[Call, ...] = ()
    back_to: int | None = None
    stutters: bool = False
    damage: str | None = None


def behavior_of(messages: Iterable[Message]) -> Behavior:
    """Read the state messages (2216, 2217, 2218, 2122) of one counterexample."""
    building = _Building()
    for message in messages:
        building.take(message)
    return building.behavior()


@dataclass
class _Building:
    """A behavior that grows."""

    states: list[State] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    back_to: int | None = None
    stutters: bool = False
    damage: str | None = None
    spending: Spending = field(default_factory=Spending)

    def behavior(self) -> Behavior:
        """Return what was read so far."""
        states, calls = tuple(self.states), tuple(self.calls)
        return Behavior(states, calls, self.back_to, self.stutters, self.damage)

    def take(self, message: Message) -> None:
        """Take one message."""
        printed = _printed(message)
        if message.code in _CODES["stuttering"]:
            self.stutters = True
        elif message.code in _CODES["back"] or printed.label.startswith("Back to"):
            self._close(printed)
        else:
            self._add(printed)
        if not message.complete:
            self.damage = "the output ends inside of a state"

    def _add(self, printed: Printed) -> None:
        self.spending.read(len(printed.text))
        state, damage = _read_state(printed, self.spending)
        if self.states:
            self.calls.append(_call(printed.label))
        self.states.append(state)
        self.damage = self.damage or damage

    def _close(self, printed: Printed) -> None:
        match = _BACK.match(printed.label)
        if 1 <= printed.number <= len(self.states):
            self.calls.append(_call(match[1] or "" if match else ""))
            self.back_to = printed.number
        elif self.damage is None:
            self.damage = f"it leads back to state {printed.number}, which is not there"


def _printed(message: Message) -> Printed:
    head, _, rest = message.body.lstrip("\n").partition("\n")
    match = _LABEL.match(head)
    if match is None:
        return Printed(0, "", message.body)
    return Printed(whole(match[1]), match[2].strip(), rest)


def _read_state(printed: Printed, spending: Spending) -> tuple[State, str | None]:
    if not printed.text.strip():
        return MappingProxyType({}), None
    try:
        state = parse_state(printed.text, spending=spending)
        return MappingProxyType(dict(state)), None
    except Mistake as mistake:
        damage = f"state {printed.number} cannot be read: {mistake.message}"
        return MappingProxyType({}), damage


def _call(label: str) -> Call:
    """Read `<Name(args) line … of module M>`; a label without a name is Next."""
    match = _region(label)
    if match is None or not label.startswith("<"):
        return Call(label.strip("<> ") or "Next")
    numbers = (
        whole(match[key]) for key in ("line", "column", "end_line", "end_column")
    )
    location = Location(match["module"], *numbers)
    text = label[1 : match.start()].rstrip()
    call = _CALL.match(text)
    if call is None:
        return Call(text.strip() or "Next", None, location)
    return Call(call["name"], _arguments(call["arguments"]), location)


def _region(label: str) -> re.Match[str] | None:
    """Return the last region of a module that a label names, if that ends it."""
    marks = [mark.start() for mark in _REGION_MARK.finditer(label)]
    return _REGION.match(label, marks[-1]) if marks else None


def _arguments(text: str | None) -> tuple[Argument, ...] | None:
    """Newer jars print arguments; read them as one sequence."""
    if text is None:
        return None
    if not text.strip():
        return ()
    try:
        value = parse(f"<<{text}>>")
    except Mistake:
        return None
    return value if isinstance(value, tuple) else None


def to_trace(
    behavior: Behavior,
    module: str,
    *,
    constants: Mapping[str, Value] | None = None,
    meta: Mapping[str, Value] | None = None,
) -> Trace | None:
    """Return the behavior as a trace; None if it has no state at all."""
    if not behavior.states:
        return None
    after = list(behavior.states[1:])
    if behavior.back_to is not None:
        after.append(behavior.states[behavior.back_to - 1])
    steps = zip(behavior.calls, after, strict=False)
    return Trace(
        module=module,
        events=tuple(
            Event(number, (call,), _observed(state, primed=True))
            for number, (call, state) in enumerate(steps, start=1)
        ),
        constants=MappingProxyType(dict(constants or {})),
        meta=MappingProxyType(dict(meta or {})),
        init=_observed(behavior.states[0], primed=False),
        end=_end(behavior),
        damage=behavior.damage,
    )


def trace_of_states(messages: Iterable[Message], module: str) -> Trace | None:
    """Read state messages into a trace of that module."""
    return to_trace(behavior_of(messages), module)


def _end(behavior: Behavior) -> End | Loop:
    if behavior.back_to is not None:
        return Loop(behavior.back_to - 1)
    return End.QUIESCENT if behavior.stutters else End.CUT


def _observed(state: State, *, primed: bool) -> tuple[Observation, ...]:
    return tuple(
        Observation(Path(name), Relation.EQUALS, value, primed)
        for name, value in state.items()
        if value is not None
    )


# --------------------------------------------------------------------------
# -dumpTrace json

Json: TypeAlias = Any


def read_dump_trace(
    text: str | bytes,
    module: str | None = None,
    *,
    model_values: Collection[str] = (),
) -> Trace:
    r"""Read what `-dumpTrace json` wrote.

    JSON has lost what TLA+ tells apart.  An array is observed as one of a set
    and a sequence (`\in`), a string in `model_values` is that model value,
    an object whose keys are all numbers is a function of integers.  A value
    with too many readings is not observed.  Use `with_arguments` instead when
    the `-tool` output of the same run is at hand: it has the exact values.

    Raises Mistake if the text is not such JSON.
    """
    dump = read_dump(text)
    return trace_of_dump(dump, module or dump.module or "", model_values=model_values)


def trace_of_dump(
    dump: Dump, module: str, *, model_values: Collection[str] = ()
) -> Trace:
    """Return a dump as a trace, as `read_dump_trace` does."""
    reading = _Readings(frozenset(model_values))
    after = [*dump.states[1:], *_closing_state(dump)]
    return Trace(
        module=module,
        events=tuple(
            Event(number, (reading.call(step),), reading.state(state, primed=True))
            for number, (step, state) in enumerate(
                zip(dump.steps, after, strict=False), start=1
            )
        ),
        init=reading.state(dump.states[0], primed=False),
        end=_end_of(dump),
    )


def with_arguments(
    behavior: Behavior, text: str | bytes, *, model_values: Collection[str] = ()
) -> Behavior:
    """Give a behavior's calls the arguments that its JSON dump has.

    Returns the behavior unchanged where the two do not fit together.  Names
    that are model values in the behavior's states are so in arguments too.
    """
    dump = read_dump(text)
    states = tuple(tuple(state.values()) for state in behavior.states)
    known = {name.name for name in names_in(states)}
    reading = _Readings(frozenset(known.union(model_values)))
    calls = list(behavior.calls)
    for place, (call, step) in enumerate(zip(calls, dump.steps, strict=False)):
        if call.arguments is None and step.get("name") == call.action:
            calls[place] = replace(call, arguments=reading.call(step).arguments)
    return replace(behavior, calls=tuple(calls))


def _closing_state(dump: Dump) -> list[dict[str, Json]]:
    if dump.back_to is None or dump.stutters:
        return []
    return [dump.states[dump.back_to - 1]]


def _end_of(dump: Dump) -> End | Loop:
    if dump.stutters:
        return End.QUIESCENT
    return End.CUT if dump.back_to is None else Loop(dump.back_to - 1)


@dataclass(frozen=True, slots=True)
class _Readings:
    """What a JSON value may stand for."""

    model_values: frozenset[str]

    def call(self, step: Mapping[str, Json]) -> Call:
        context = step.get("context") or {}
        names = step.get("parameters") or ()
        arguments = tuple(self._argument(context, name) for name in names)
        return Call(str(step.get("name", "Next")), arguments, _location(step))

    def _argument(self, context: Mapping[str, Json], name: str) -> Argument:
        if name not in context:
            return UNKNOWN
        values = self.values(context[name])
        return values[0] if len(values) == 1 else UNKNOWN

    def state(
        self, state: Mapping[str, Json], *, primed: bool
    ) -> tuple[Observation, ...]:
        seen = ((name, self.values(value)) for name, value in state.items())
        return tuple(
            Observation(Path(name), Relation.EQUALS, values[0], primed)
            if len(values) == 1
            else Observation(Path(name), Relation.ONE_OF, frozenset(values), primed)
            for name, values in seen
            if values
        )

    def values(self, value: Json) -> list[Value]:
        """Return every value that this may stand for; [] if there are too many."""
        if isinstance(value, bool):
            return [boolean(truth=value)]
        if isinstance(value, int):
            return [value]
        if isinstance(value, str):
            return [self._name(value)]
        if isinstance(value, list):
            return self._array(value)
        if isinstance(value, dict):
            return self._object(value)
        return []

    def _name(self, text: str) -> Value:
        return ModelValue(text) if text in self.model_values else text

    def _array(self, items: list[Json]) -> list[Value]:
        rows = self._product([self.values(item) for item in items])
        sequences: list[Value] = list(rows)
        sets = (frozenset(row) for row in rows if len(set(row)) == len(row))
        return _few(list(dict.fromkeys([*sequences, *sets])))

    def _object(self, fields: Mapping[str, Json]) -> list[Value]:
        keys = list(map(self._key, fields))
        if not all(isinstance(key, int) for key in keys):
            keys = [self._name(key) for key in fields]
        rows = self._product([self.values(value) for value in fields.values()])
        return _few([fn(zip(keys, row, strict=True)) for row in rows])

    def _key(self, text: str) -> Value:
        return int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else text

    def _product(self, columns: Sequence[list[Value]]) -> list[tuple[Value, ...]]:
        readings = 1
        for column in columns:
            readings *= len(column)
        if not 0 < readings <= _MOST_READINGS:
            return []
        return list(itertools.product(*columns))


def _few(values: list[Value]) -> list[Value]:
    return values if len(values) <= _MOST_READINGS else []


def _location(step: Mapping[str, Json]) -> Location | None:
    place = step.get("location")
    keys = ("beginLine", "beginColumn", "endLine", "endColumn")
    if not isinstance(place, Mapping) or not all(
        isinstance(place.get(key), int) for key in keys
    ):
        return None
    return Location(str(place.get("module", "")), *(place[key] for key in keys))
