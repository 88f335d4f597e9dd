"""Histories as traces: one for each key, held to the spec of the object.

Invoke(c, op)           a client asks; op says what a read will be told
Invoke(c, op) ; Lose(c) and nobody will learn what became of it
Due(c)                  the response comes next: now what must have
                        happened before happens, by silent steps
Respond(c, answer)      a read is told
Confirm(c)              an update is told that it is done
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyspec.conformance.histories.edn import shown
from pyspec.conformance.histories.operations import KINDS, keyed, operations_of
from pyspec.conformance.histories.reading import Account, read_entries
from pyspec.trace.model import UNKNOWN, Call, End, Event, Silent, Trace
from pyspec.values import ModelValue, record

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from pyspec.conformance.histories.edn import Form
    from pyspec.conformance.histories.operations import Kind, Operation
    from pyspec.values import Value

__all__ = ["HISTORIES", "History", "read_history", "spec_of"]

HISTORIES: Final = tuple(KINDS)
"""The objects that a history can be held to."""

LARGEST: Final = 2**31 - 1
"""TLC's integers have 32 bits."""

NIL: Final = ModelValue("nil")
SILENT: Final = (
    Silent(Call("Linearize", (UNKNOWN,))),
    Silent(Call("Recover", (UNKNOWN,))),
)


@dataclass(frozen=True, slots=True)
class History:
    """A file's traces by key, and what was left out, counted by reason.

    `keyed` is False if the history has no keys; its one trace is then under "".
    """

    file: str
    traces: Mapping[Hashable, Trace]
    ignored: Mapping[str, int]
    records: int
    keyed: bool


def spec_of(kind: str) -> Path:
    """Return the file of the spec that a kind of history is held to."""
    return Path(__file__).parent / f"{KINDS[kind].module}.tla"


def read_history(path: Path, kind: str) -> History:
    """Read a history of clients of one of HISTORIES.

    Mistake with file and line for what is no history, or none of this object.
    """
    account, chosen = Account(), KINDS[kind]
    entries = read_entries(path, account)
    operations = operations_of(entries, chosen, path, account)
    words = _Words(operations, chosen)
    traces: dict[Hashable, Trace] = {
        words.key(key): _trace(group, words, path, account)
        for key, group in keyed(operations)
    }
    has_keys = any(each.key is not None for each in operations)
    if not traces:  # whatever was asked failed, or was a read without an answer
        traces = {"": _trace([], words, path, account)}
    return History(str(path), traces, account.ignored, account.records, has_keys)


def _trace(
    operations: Sequence[Operation], words: _Words, path: Path, account: Account
) -> Trace:
    """Return the trace of one key's operations."""
    moments = sorted(
        [(each.begun, each) for each in operations]
        + [(each.ended, each) for each in operations if each.ended is not None],
        key=lambda moment: moment[0],
    )
    drafts = [
        draft
        for place, each in moments
        for draft in (
            _begun(each, words) if place == each.begun else _ended(each, words)
        )
    ]
    return Trace(
        module=words.module,
        events=tuple(
            Event(number, steps, process=process, line=line)
            for number, (steps, process, line) in enumerate(drafts, 1)
        ),
        constants=words.constants,
        silent=SILENT,
        end=End.CUT,
        file=str(path),
        damage=account.damage,
    )


_Draft = tuple[tuple[Call, ...], str, int | None]


def _begun(each: Operation, words: _Words) -> Iterator[_Draft]:
    client = words.client(each.process)
    steps = [Call("Invoke", (client, words.operation(each)))]
    if each.ended is None:
        steps.append(Call("Lose", (client,)))
    yield tuple(steps), str(each.process), each.line


def _ended(each: Operation, words: _Words) -> Iterator[_Draft]:
    client, process, line = words.client(each.process), str(each.process), each.answered
    yield (Call("Due", (client,)),), process, line
    if each.f == "read":
        yield (Call("Respond", (client, words.value(each.value))),), process, line
    else:
        yield (Call("Confirm", (client,)),), process, line


class _Words:
    """What clients, values and keys of a history are in TLA+, for all its traces.

    Integers stay integers if all are, and strings strings; where kinds are
    mixed, each is the string that EDN writes, since TLA+ compares no others.
    """

    def __init__(self, operations: Sequence[Operation], kind: Kind) -> None:
        self.module = kind.module
        self._stored = kind.module == "LinearizableStore"
        values = [each for each in _values(operations) if each is not None]
        self._value = _encoder(values)
        self.client = _encoder([each.process for each in operations])
        self._key = _encoder([each.key for each in operations])
        self.constants: dict[str, Value] = {
            "Client": frozenset(self.client(each.process) for each in operations),
            "Value": frozenset(map(self._value, values)),
            "Nil": NIL,
        }
        if self._stored:
            self.constants["Key"] = frozenset(self._key(x.key) for x in operations)

    def key(self, form: Form) -> str:
        """Return a key as text; two that differ have different ones."""
        return "" if form is None else str(self._key(form))

    def value(self, form: Form) -> Value:
        """Return a value in TLA+."""
        return NIL if form is None else self._value(form)

    def operation(self, each: Operation) -> Value:
        """Return the record that the spec has for an operation."""
        found: dict[str, Value] = {"f": each.f}
        if self._stored:
            found["key"] = self._key(each.key)
        if each.f == "read":
            found["among"] = frozenset({self.value(each.value)})
        elif each.f == "cas":
            assert isinstance(each.value, tuple)  # noqa: S101 - it was checked
            found["old"], found["new"] = map(self.value, each.value)
        elif each.f == "delete":
            found.update(f="write", value=NIL)
        else:
            found["value"] = self.value(each.value)
        return record(**found)


def _values(operations: Iterable[Operation]) -> Iterator[Form]:
    for each in operations:
        if each.f == "cas":
            assert isinstance(each.value, tuple)  # noqa: S101 - it was checked
            yield from each.value
        elif each.f != "delete":
            yield each.value


def _encoder(forms: Sequence[Form]) -> Callable[[Form], Value]:
    """Return what turns one of these forms into a value of TLA+."""
    if all(type(form) is int and abs(form) <= LARGEST for form in forms):
        return _as_it_is
    if all(isinstance(form, str) for form in forms):
        return _as_it_is
    return shown


def _as_it_is(form: Form) -> Value:
    assert isinstance(form, int | str)  # noqa: S101 - as the encoder saw
    return form
