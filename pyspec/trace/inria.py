r"""Traces of Inria's trace validation tools: updates of variables, a line an event.

    {"clock": 3, "event": "Prepare", "event_args": ["r1"], "sender": "...",
     "rmState": [{"op": "Replace", "path": ["r1"], "args": ["prepared"]}]}

An update becomes what it says of the state afterwards: `rmState.r1' =
"prepared"`.  Several updates of one variable are applied in order, so that of
two that touch the same part only what is true in the end remains.  Updates
that no observation can tell (an element was removed) are counted by reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pyspec.errors import Mistake
from pyspec.trace.etcd import Log, config_values
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Call,
    Event,
    Observation,
    Path,
    Relation,
    Step,
)
from pyspec.trace.plain_json import PlainJson
from pyspec.trace.reading import Account, Format, Reading
from pyspec.trace.records import Record, Records
from pyspec.trace.strict_json import (
    check_array,
    check_object,
    check_text,
    inside,
)
from pyspec.trace.write import NO_ROOTS
from pyspec.values.from_itf import WrongJsonError, described
from pyspec.values.model import MAX_DEPTH, Value, is_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OTHERS: Final = frozenset({"clock", "event", "event_args", "sender", "desc"})
_MOST_UPDATES: Final = 2_000  # each is compared with those before it
_EXCEPTION: Final = "__exception"
_ADDING: Final = frozenset({"AddElement", "AddElements"})


def read_inria_stream(
    stream: BinaryIO,
    file: str | None,
    module: str | None,
    model_values: frozenset[str] = frozenset(),
) -> Reading:
    """Read a trace; strings among `model_values` are those model values.

    Mistake with file, line and column for what is no such trace.
    """
    records = Records(stream, file)
    log = _Log(values=PlainJson(model_values))
    records.give(log.take)
    if not log.events:
        raise Mistake(
            "this trace has no event",
            file=file,
            expected='{"event": "...", "x": [{"op": ..., "path": [], "args": []}]}',
        )
    return log.reading(records, module, Format.INRIA)


def is_inria(data: Mapping[str, Any]) -> bool:
    """Whether a record has the shape of such an event: all else are updates."""
    variables = data.keys() - _OTHERS
    named = isinstance(data.get("event", ""), str)
    return (
        named
        and ("event" in data or bool(variables))
        and all(map(_are_updates, (data[name] for name in variables)))
    )


def _are_updates(data: object) -> bool:
    return isinstance(data, list) and all(
        isinstance(one, dict) and "op" in one for one in data
    )


@dataclass(kw_only=True)
class _Log(Log):
    values: PlainJson
    clock: int | None = None
    clocks: dict[str, int] = field(default_factory=dict)  # of each sender

    def take(self, record: Record) -> None:
        """Take one record: an event, or the configuration."""
        first, self.first = self.first, False
        data = record.data
        if first and not is_inria(data):
            self.meta = config_values(data, self.account)
        elif data.get("event") == _EXCEPTION:
            self.account.ignored["exceptions of the implementation"] += 1
        else:
            self._read_clock(record)
            self.events.append(self._event(record))

    def _read_clock(self, record: Record) -> None:
        clock = record.data.get("clock")
        if isinstance(clock, int) and not isinstance(clock, bool):
            self._check_clock(clock, record.data.get("sender"))
            if self.clock is not None and clock < self.clock:
                self.account.notes.append(
                    f"the clock runs backwards at line {record.line.number}: were "
                    "the processes' files merged by their clocks?"
                )
            self.clock = clock

    def _check_clock(self, clock: int, sender: object) -> None:
        """Refuse that one process's clock runs backwards."""
        if not isinstance(sender, str):
            return
        before = self.clocks.get(sender, clock)
        if clock < before:
            with inside("clock"):
                raise WrongJsonError(
                    f"the clock of {described(sender)} runs backwards",
                    expected=f"at least {before}, as before",
                    found=described(clock),
                )
        self.clocks[sender] = clock

    def _event(self, record: Record) -> Event:
        data = record.data
        process = data.get("sender")
        for key in ("clock", "desc"):
            self.account.ignored[key] += key in data
        return Event(
            number=len(self.events) + 1,
            steps=(self._step(data),),
            observations=tuple(self._observations(data)),
            process=process if isinstance(process, str) else None,
            line=record.line.number,
            source=record.line.text.strip(),
        )

    def _step(self, data: Mapping[str, Any]) -> Step:
        name = data.get("event")
        if name is None or name == "":
            return AnyStep()
        if not isinstance(name, str) or not is_name(name) or name == "SKIP":
            with inside("event"):
                raise WrongJsonError(
                    "this cannot be the name of an action", found=described(name)
                )
        if "event_args" not in data:
            return Call(name)
        with inside("event_args"):
            items = check_array(data["event_args"], "arguments")
            known = [_at(place, item, self.values) for place, item in enumerate(items)]
        unknown = known.count(None)
        self.account.ignored["arguments that JSON does not tell the value of"] += (
            unknown
        )
        return Call(name, tuple(UNKNOWN if one is None else one for one in known))

    def _observations(self, data: Mapping[str, Any]) -> Iterator[Observation]:
        for name in data:
            if name not in _OTHERS:
                with inside(name):
                    yield from self._of_variable(name, data[name])

    def _of_variable(self, name: str, data: Any) -> list[Observation]:  # noqa: ANN401 - JSON
        if not is_name(name) or name in NO_ROOTS:
            raise WrongJsonError("this cannot be the name of a variable", found=name)
        variable = _Variable(self.values, self.account)
        if len(check_array(data, "updates")) > _MOST_UPDATES:
            raise WrongJsonError(
                f"a variable has at most {_MOST_UPDATES:,} updates in an event",
                found=described(data),
            )
        for place, item in enumerate(data):
            with inside(place):
                update = check_object(item, "an update", {"op"})
                with inside("op"):
                    op = check_text(update["op"], "an operation")
                variable.apply(op, self._path(name, update), _first(update))
        return variable.known

    def _path(self, name: str, update: Mapping[str, Any]) -> Path:
        with inside("path"):
            parts = check_array(update.get("path", []), "a path's parts")
            if len(parts) >= MAX_DEPTH:
                raise WrongJsonError(
                    f"a path leads through less than {MAX_DEPTH} levels"
                )
            selectors: list[Value] = []
            for place, part in enumerate(parts):
                with inside(place):
                    if isinstance(part, bool) or not isinstance(part, (str, int)):
                        raise WrongJsonError(
                            "a path leads by strings and numbers", found=described(part)
                        )
                    plain = not isinstance(part, str)
                    selectors.append(part if plain else self.values.name(str(part)))
            return Path(name, (), tuple(selectors))


def _at(place: int, data: Any, values: PlainJson) -> Value | None:  # noqa: ANN401 - JSON
    with inside(place):
        return values.only(data)


def _first(update: Mapping[str, Any]) -> list[Any]:
    """Return the one argument that an update has, or none."""
    with inside("args"):
        return check_array(update.get("args", []), "arguments")[:1]


@dataclass
class _Variable:
    """What is known of a variable after the updates of one event so far."""

    values: PlainJson
    account: Account
    known: list[Observation] = field(default_factory=list)

    def apply(self, op: str, path: Path, arguments: list[Any]) -> None:
        """Apply an update: forget what it may have changed, note what it says."""
        with inside("args"):
            found = self._said(op, path, arguments)
        before = len(self.known)
        self.known = [one for one in self.known if self._stays(one, op, path)]
        if len(self.known) < before:
            self.account.ignored["updates that a later one may have changed"] += 1
        if found is None:
            self.account.ignored[f"updates by {_named(op)}: {_reason(op)}"] += 1
        else:
            self.known += found

    def _stays(self, one: Observation, op: str, path: Path) -> bool:
        if op == "Unchanged":
            return True
        has, changed = one.path.selectors, path.selectors
        shorter = min(len(has), len(changed))
        if has[:shorter] != changed[:shorter]:
            return True
        added = one.relation in {Relation.CONTAINS, Relation.INCLUDES}
        return added and op in _ADDING and has == changed

    def _said(
        self, op: str, path: Path, arguments: list[Any]
    ) -> list[Observation] | None:
        """Return what an update says; None if no observation can."""
        if op == "Clear":
            return [Observation(path, Relation.EQUALS, frozenset(), primed=True)]
        if op == "Unchanged" or not arguments:
            return None
        with inside(0):
            data = arguments[0]
            if op in {"Replace", "Update"}:
                return _some(self.values.observation(path, data))
            if op == "AddElement":
                return self._contains(path, data)
            if op == "AddElements":
                return self._includes(path, data)
            if op in {"UpdateRec", "InitWithValue"}:
                return self._fields(path, data)
        return None

    def _contains(self, path: Path, data: Any) -> list[Observation] | None:  # noqa: ANN401 - JSON
        value = self.values.only(data)
        if value is None:
            return None
        return [Observation(path, Relation.CONTAINS, value, primed=True)]

    def _includes(self, path: Path, data: Any) -> list[Observation] | None:  # noqa: ANN401 - JSON
        items = check_array(data, "elements")
        values = [_at(place, item, self.values) for place, item in enumerate(items)]
        known = frozenset(value for value in values if value is not None)
        if len(known) < len(items):
            return None
        return [Observation(path, Relation.INCLUDES, known, primed=True)]

    def _fields(self, path: Path, data: Any) -> list[Observation] | None:  # noqa: ANN401 - JSON
        found: list[Observation] = []
        for key, item in check_object(data, "a record").items():
            selectors = (*path.selectors, self.values.name(key))
            with inside(key):
                one = self.values.observation(Path(path.root, (), selectors), item)
            if one is None:
                return None
            found.append(one)
        return found


def _some(observation: Observation | None) -> list[Observation] | None:
    return None if observation is None else [observation]


def _named(op: str) -> str:
    return op if is_name(op) else described(op)


_REASONS: Final[Mapping[str, str]] = {
    "AddElement": "JSON does not tell what its value is",
    "AppendElement": "no observation says what a sequence ends with",
    "RemoveElement": "no observation says what a set lacks",
    "RemoveKey": "the value that stands for nothing is not recorded",
    "AddToBag": "how many there were is not recorded",
    "RemoveFromBag": "how many there were is not recorded",
    "Add": "the number before is not recorded",
    "Sub": "the number before is not recorded",
    "Increment": "the number before is not recorded",
    "Init": "the initial value is not recorded",
    "Unchanged": "the value before is not recorded",
}


def _reason(op: str) -> str:
    if op in {"Replace", "Update", "AddElements", "UpdateRec", "InitWithValue"}:
        return _REASONS["AddElement"]
    return _REASONS.get(op, "not known")
