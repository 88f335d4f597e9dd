"""Where evaluation failed: the expression, and the operators around it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyspec.language.excerpts import short
from pyspec.language.runtime.ops import LazyFunction
from pyspec.language.runtime.sets import TOO_MANY, LazySet, is_huge
from pyspec.language.tracer import Once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspec.language.excerpts import Excerpts
    from pyspec.language.tracer import Position, Record, Tracer
    from pyspec.trace.model import Location

__all__ = [
    "Called",
    "Pairs",
    "Where",
    "is_within",
    "listed",
    "names_of",
    "operands_of",
    "recursive",
    "where",
]

Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Texts of the spec, and their values as text."""

_MOST_CALLS: Final = 4
_MOST_VALUES: Final = 8
_REPEATED: Final = 400
"""Records that are looked at for what repeats in a recursion."""
_UNNAMED: Final = frozenset({None, "LAMBDA"})


@dataclass(frozen=True, slots=True)
class Called:
    """An operator whose evaluation had not ended.

    - at: where it is applied; None for what the cfg names
    - place: the same, as `file:line:column`
    - values: of its parameters, of names bound in it, of LETs that had a value
    """

    operator: str
    at: Location | None
    place: str
    values: Pairs


@dataclass(frozen=True, slots=True)
class Where:
    """The innermost expression without a value, and what led to it.

    `values` are those of its operands; `calls` come from the inside out.
    """

    at: Location
    place: str
    text: str
    values: Pairs
    calls: tuple[Called, ...]

    def lines(self) -> Iterator[str]:
        """Return the text for people."""
        if self.text:
            yield f"  {self.text}"
        yield from listed(self.values, "      ")
        left, file = self.calls, self.place.rsplit(":", 2)[0]
        inner, outer = left[:_MOST_CALLS], left[_MOST_CALLS:][-_MOST_CALLS:]
        yield from (line for call in inner for line in _call_lines(call, file))
        between = len(left) - len(inner) - len(outer)
        if between:
            yield f"  in {between:,} more"
        yield from (line for call in outer for line in _call_lines(call, file))


def _call_lines(call: Called, file: str) -> Iterator[str]:
    at = call.at
    near = at is not None and call.place.startswith(f"{file}:{at.line}:")
    place = f"line {at.line}" if at is not None and near else call.place
    yield f"  in {call.operator}  {place}".rstrip()
    yield from listed(call.values, "      ")


def listed(values: Pairs, indent: str) -> Iterator[str]:
    """Return a line for each value."""
    for text, value in values[:_MOST_VALUES]:
        yield f"{indent}{text} {'is' if value in _BOOLEANS else '='} {value}"
    if len(values) > _MOST_VALUES:
        yield f"{indent}and {len(values) - _MOST_VALUES} more"


_BOOLEANS: Final = frozenset({"TRUE", "FALSE"})


def where(tracer: Tracer, excerpts: Excerpts) -> Where | None:
    """Return where the last evaluation failed; None if nothing was traced."""
    if tracer.failed is None:
        return None
    chain = list(_blamed(tracer.failed, tracer).outwards())
    first = next((r for r in chain if _position(tracer, r).at is not None), None)
    at = None if first is None else _position(tracer, first).at
    if first is None or at is None:
        return None
    values = operands_of(first, tracer, excerpts)
    calls = list(_calls(chain, tracer, excerpts))
    if calls:  # what the operands have shown
        others = tuple(pair for pair in calls[0].values if pair not in values)
        calls[0] = replace(calls[0], values=others)
    text = excerpts.text(at)
    return Where(at, excerpts.place(at), text, values, tuple(calls))


def _blamed(failed: Record, tracer: Tracer) -> Record:
    """Return the set that was too large, if that was it; it fails in its use."""
    if TOO_MANY in str(tracer.error):
        for inside in failed.inside.values():
            if isinstance(inside.value, LazySet) and is_huge(inside.value):
                return inside
    return failed


def recursive(tracer: Tracer) -> tuple[str, ...]:
    """Return the operators and functions that a failed recursion went through.

    The innermost part of it repeats; what occurs there once leads to it.
    """
    if tracer.failed is None:
        return ()
    found: Counter[str] = Counter()
    inner: Location | None = None
    for record in islice(tracer.failed.outwards(), _REPEATED):
        position = _position(tracer, record)
        if position.kind in _CALLS and position.operator:
            found[position.operator] += not is_within(inner, position.at)
        inner = position.at or inner
    most = max(found.values(), default=0)
    return tuple(name for name, count in found.items() if count > max(1, most // 4))


def operands_of(record: Record, tracer: Tracer, excerpts: Excerpts) -> Pairs:
    """Return what was evaluated directly inside of an expression."""
    own = _position(tracer, record)
    found: dict[str, str] = {}
    for inside in record.inside.values():
        position = _position(tracer, inside)
        if position.at == own.at:  # the same, in another role
            found.update(operands_of(inside, tracer, excerpts))
        text = text_at(position, excerpts)
        said = type(inside.value) is not bool or own.kind in _TESTING
        if text and position.at != own.at and said:
            found[text] = short(inside.value)
    for (_, label), value in zip(
        own.atoms, record.given[len(own.names) :], strict=False
    ):
        found.setdefault(label, short(value))
    return tuple((text, value) for text, value in found.items() if text != value)


_TESTING: Final = frozenset({"case", "if"})


def text_at(position: Position, excerpts: Excerpts) -> str:
    """Return what stands at a position; of a name, the name."""
    name = position.operator or ""
    return name if position.kind == "name" else excerpts.text(position.at, name)


def names_of(record: Record, tracer: Tracer) -> dict[str, Any]:
    """Return the values of the names that an expression hands over."""
    position = _position(tracer, record)
    return dict(_known(zip(position.names, record.given, strict=False)))


def _known(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Leave out what has no value yet, or is an operator."""
    for name, value in pairs:
        if isinstance(value, Once):
            if value.known:
                yield name, value.value
        elif not callable(value) and not isinstance(value, LazyFunction):
            yield name, value


def _position(tracer: Tracer, record: Record) -> Position:
    return tracer.positions[record.number]


def _calls(chain: list[Record], tracer: Tracer, excerpts: Excerpts) -> Iterator[Called]:
    """Return the operators around, from the inside out."""
    names: dict[str, Any] = {}
    inner: Location | None = None
    for record in chain:
        position = _position(tracer, record)
        is_outermost = record is chain[-1]
        is_body = is_outermost or not is_within(inner, position.at)
        if position.kind in _CALLS and is_body:
            if position.operator not in _UNNAMED:
                yield _called(position, names, excerpts)
            names = {}
        if position.opened:
            yield from _opened(record, position, names, excerpts)
            return
        for name, value in names_of(record, tracer).items():
            names.setdefault(name, value)
        inner = position.at or inner


_CALLS: Final = frozenset({"apply", "function"})


def is_within(inner: Location | None, outer: Location | None) -> bool:
    """Whether one place is inside of the other: an argument, not a body."""
    if inner is None or outer is None:
        return True
    if inner.module != outer.module:
        return False
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    ends = (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    return begins and ends


def _called(position: Position, names: dict[str, Any], excerpts: Excerpts) -> Called:
    values = tuple((name, short(value)) for name, value in names.items())
    name = position.operator or ""
    if position.parameters:
        name = f"{name}({', '.join(position.parameters)})"
    elif position.kind == "function":
        name = excerpts.text(position.at, name)
    return Called(name, position.at, excerpts.place(position.at), values)


def _opened(
    record: Record, position: Position, names: dict[str, Any], excerpts: Excerpts
) -> Iterator[Called]:
    """Return the operators that are written out around a statement of an action."""
    for each in position.opened:
        given = [
            (position.names[place], record.given[place])
            for place in each.names
            if place < len(record.given)
        ]
        for name, value in _known(given):
            names.setdefault(name, value)
        values = tuple((name, short(value)) for name, value in names.items())
        told = f"({', '.join(each.parameters)})" if each.parameters else ""
        place = excerpts.place(each.at)
        yield Called(f"{each.operator}{told}", each.at, place, values)
        names = {}
