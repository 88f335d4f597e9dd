"""Traces as etcd's raft and its like log them: `{"tag": "trace", "event": {...}}`.

    {"tag": "trace", "ts": 7, "event": {"name": "BecomeLeader", "nid": "1",
                                        "state": {"term": 2}, "msg": {...}}}

Such a log names an action and a process.  What its `state` and `msg` are in the
spec, and what unit `ts` has, only the trace spec beside it knows: they are not
carried over but counted, and an adapter is the way to use them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from pyspec.errors import Mistake
from pyspec.trace.model import Call, Event, Trace
from pyspec.trace.reading import Account, Format, Reading, module_name
from pyspec.trace.records import Record, Records
from pyspec.trace.strict_json import check_object, inside
from pyspec.values.from_itf import WrongJsonError, described, from_itf
from pyspec.values.model import Value, is_name

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_etcd_stream(stream: BinaryIO, file: str | None, module: str | None) -> Reading:
    """Read a log; records that are no events are counted by their tag.

    Mistake with file, line and column for what is no such log.
    """
    records = Records(stream, file)
    log = _Log()
    records.give(log.take)
    if not log.events:
        raise Mistake(
            "this log has no event",
            file=file,
            expected='{"tag": "trace", "event": {"name": ...}}',
        )
    if log.account.ignored:
        log.account.notes.append(
            "names and processes are all that such a log says of the spec's actions; "
            "an adapter can map the rest (pyspec replay --adapter)"
        )
    return log.reading(records, module, Format.ETCD)


def is_etcd(data: Mapping[str, Any]) -> bool:
    """Whether a record has the shape of such an event."""
    return "tag" in data and isinstance(data.get("event"), dict)


def config_values(data: Mapping[str, Any], account: Account) -> dict[str, Value]:
    """Return what a log's first line says of the system, to be kept as META."""
    values: dict[str, Value] = {}
    for key, item in data.items():
        try:
            values[key] = from_itf(item)
        except WrongJsonError:
            account.ignored[f"{key} of the first line"] += 1
    account.notes.append(
        "the log's first line is kept as META: constants of the spec are not "
        "taken from it"
    )
    return values


@dataclass
class Log:
    """A log while it is read: a line of configuration, if it has one, and events."""

    events: list[Event] = field(default_factory=list)
    meta: dict[str, Value] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    first: bool = True

    def reading(self, records: Records, module: str | None, form: Format) -> Reading:
        """Return what all records gave; such a log does not say its module."""
        trace = Trace(
            module=module_name(module, None, records.file, self.account),
            events=tuple(self.events),
            meta=self.meta,
            file=records.file,
            damage=records.damage,
        )
        return self.account.reading(trace, form)


class _Log(Log):
    def take(self, record: Record) -> None:
        """Take one record: an event, the configuration, or something else."""
        first, self.first = self.first, False
        data = record.data
        if data.get("tag") == "trace":
            self.events.append(self._event(record))
        elif first:
            self.meta = config_values(data, self.account)
        elif "tag" in data:
            self.account.ignored[f"records with the tag {described(data['tag'])}"] += 1
        else:
            raise WrongJsonError(
                "this record has no tag", expected='"tag"', found=described(data)
            )

    def _event(self, record: Record) -> Event:
        check_object(record.data, "this record", {"event"})
        with inside("event"):
            data = check_object(record.data["event"], "an event", {"name"})
            name, process = _action(data), _process(data)
        self._count("", record.data, {"tag", "event"})
        self._count("event.", data, {"name", "nid"})
        return Event(
            number=len(self.events) + 1,
            steps=(Call(name),),
            process=process,
            line=record.line.number,
            source=record.line.text.strip(),
        )

    def _count(self, prefix: str, data: Mapping[str, Any], used: set[str]) -> None:
        for key, item in data.items():
            if key in used:
                continue
            if prefix and isinstance(item, dict):
                for inner in item:
                    self.account.ignored[f"{prefix}{key}.{inner}"] += 1
            else:
                self.account.ignored[f"{prefix}{key}"] += 1


def _action(data: Mapping[str, Any]) -> str:
    name = data["name"]
    if isinstance(name, str) and is_name(name) and name != "SKIP":
        return name
    with inside("name"):
        raise WrongJsonError(
            "this cannot be the name of an action",
            expected="letters, digits and _, with a letter among them",
            found=described(name),
        )


def _process(data: Mapping[str, Any]) -> str | None:
    process = data.get("nid")
    if process is None or isinstance(process, str):
        return process
    if isinstance(process, int) and not isinstance(process, bool):
        return str(process)
    with inside("nid"):
        raise WrongJsonError(
            "a process is a string or a number", found=described(process)
        )
