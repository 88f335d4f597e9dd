"""Foreign logs, read through a Python file that knows them.

An adapter is a file with a function

    def adapt(records: Iterator[Record]) -> Iterator[Header | Ignored | tuple]

that yields, in the log's order, a `Header` for each trace (a transaction, a
client's session), then `(key, event)` pairs, and `Ignored` for each record
that it does not use.  A record may give events of several traces.  Each record
must be accounted for: it becomes the `line` of an event, or is ignored with a
reason.  What is neither is an error of the adapter, as a log that is silently
skipped proves nothing.
"""

from __future__ import annotations

import json
import runpy
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake, PyspecError
from pyspec.trace.clocks import Clocks
from pyspec.trace.model import End, Event, Loop, Silent, Trace
from pyspec.trace.records import Records, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from pathlib import Path

    from pyspec.values import Value


_LONGEST_FOUND: Final = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a log: its JSON object, and where it stands (1-based)."""

    data: Mapping[str, Any]
    line: int
    file: str

    def field(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return a field; Mistake with file and line if it is missing."""
        if name not in self.data:
            raise Mistake(
                f"this record has no field {name!r}",
                file=self.file,
                line=self.line,
                found=", ".join(self.data) or "an empty object",
            )
        return self.data[name]


@dataclass(frozen=True, slots=True)
class Header:
    """What a trace says before its events."""

    key: Hashable
    module: str
    constants: Mapping[str, Value]
    silent: tuple[Silent, ...] = ()
    end: End | Loop = End.CUT


@dataclass(frozen=True, slots=True)
class Ignored:
    """A record that says nothing about the spec, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class Adapted:
    """The traces of a log by key, and what was left out, counted by reason."""

    file: str
    traces: Mapping[Hashable, Trace]
    ignored: Mapping[str, int]
    records: int


@dataclass
class _Collected:
    headers: dict[Hashable, Header] = field(default_factory=dict)
    events: dict[Hashable, list[Event]] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)
    used: set[int] = field(default_factory=set)
    clocks: defaultdict[Hashable, Clocks] = field(
        default_factory=lambda: defaultdict(Clocks)
    )


def adapt_file(log: Path, adapter: Path) -> Adapted:
    """Read a log of one JSON object a line through an adapter.

    Runs the adapter's code: use your own.  Mistake if the log or the adapter
    is broken, or if a record is neither used nor ignored.
    """
    adapt = _load(adapter)
    records = list(read_records(log))
    collected = _Collected()
    for item in _running(adapt, records, adapter):
        _collect(item, collected, adapter)
    _account(records, collected, adapter)
    traces = {
        key: Trace(
            module=header.module,
            events=tuple(collected.events.get(key, ())),
            constants=header.constants,
            silent=header.silent,
            end=header.end,
            file=str(log),
        )
        for key, header in collected.headers.items()
    }
    return Adapted(str(log), traces, dict(collected.ignored), len(records))


def read_records(log: Path) -> Iterator[Record]:
    """Read NDJSON; Mistake with file, line and column for what is not an object."""
    with opened(log) as stream:
        records = Records(stream, str(log))
        for record in records:
            yield Record(record.data, record.line.number, str(log))
    if records.torn is not None:
        records.torn.hint = "The file ends inside of this line: was it cut off?"
        raise records.torn


def _load(adapter: Path) -> Any:  # noqa: ANN401 - checked just below
    try:
        names = runpy.run_path(str(adapter))
    except OSError as error:
        raise Mistake(
            f"cannot read this adapter: {error.strerror}",
            file=adapter,
        ) from None
    except Exception as error:
        raise Mistake(
            f"this adapter does not load: {type(error).__name__}: {error}",
            file=adapter,
        ) from error
    if not callable(names.get("adapt")):
        raise Mistake(
            "this adapter has no function `adapt`",
            file=adapter,
            expected="def adapt(records: Iterator[Record]) -> Iterator[...]",
        )
    return names["adapt"]


def _running(
    adapt: Callable[[Iterator[Record]], Iterator[object]],
    records: list[Record],
    adapter: Path,
) -> Iterator[object]:
    """Run an adapter; what it raises is told with the record that it was at."""
    current: list[Record] = []

    def feed() -> Iterator[Record]:
        for record in records:
            current[:] = [record]
            yield record

    try:
        yield from adapt(feed())
    except PyspecError:
        raise
    except Exception as error:
        at = current[0] if current else None
        raise Mistake(
            f"the adapter {adapter} fails here: {type(error).__name__}: {error}",
            file=at.file if at else adapter,
            line=at.line if at else None,
        ) from error


def _collect(item: object, collected: _Collected, adapter: Path) -> None:
    match item:
        case Header():
            collected.headers.setdefault(item.key, item)
        case Ignored():
            collected.ignored[item.reason] += 1
            collected.used.add(item.record.line)
        case (key, Event() as event):
            if key not in collected.headers:
                raise Mistake(
                    f"an event of trace {key!r} comes before its Header",
                    file=adapter,
                )
            events = collected.events.setdefault(key, [])
            if events and events[-1].number >= event.number:
                raise Mistake(
                    f"event {event.number} of trace {key!r} does not come after "
                    f"event {events[-1].number}",
                    file=adapter,
                    expected="numbers that increase within a trace",
                    hint="Steps of one record go into one event, as `A ; B`.",
                )
            _check_clock(collected.clocks[key], event, key, adapter)
            events.append(event)
            if event.line is not None:
                collected.used.add(event.line)
        case _:
            raise Mistake(
                "this adapter yields something else",
                file=adapter,
                expected="Header, Ignored, or a pair of key and Event",
                found=repr(item),
            )


def _check_clock(clocks: Clocks, event: Event, key: Hashable, adapter: Path) -> None:
    wrong = clocks.take(event)
    if wrong is not None:
        raise Mistake(
            f"event {event.number} of trace {key!r}: {wrong.message}",
            file=adapter,
            expected=wrong.expected,
            found=wrong.found,
        )


def _account(
    records: list[Record],
    collected: _Collected,
    adapter: Path,
) -> None:
    for record in records:
        if record.line not in collected.used:
            raise Mistake(
                "the adapter neither uses nor ignores this record",
                file=record.file,
                line=record.line,
                found=json.dumps(dict(record.data))[:_LONGEST_FOUND],
                hint=f"Let {adapter} yield an event for it, or Ignored with a reason.",
            )
