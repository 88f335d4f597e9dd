r"""Why a predicate is true or false: the walk from it down to what decides.

A false conjunction is false because of its first false conjunct, a false
disjunction because of all disjuncts, a false `\A x` because of one x; what is
true is the other way round.  Relations show the values of their operands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.excerpts import short
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.sets import (
    FunctionSet,
    Product,
    RecordSet,
    SeqOf,
    Subset,
    contains,
    members,
)
from pyspec.language.tracer import BOOLEANS
from pyspec.language.where import (
    Pairs,
    is_within,
    listed,
    names_of,
    operands_of,
    text_at,
)
from pyspec.values import Fn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.language.excerpts import Excerpts
    from pyspec.language.tracer import Position, Record, Tracer
    from pyspec.trace.model import Location

__all__ = ["Reason", "reason"]

_SCREEN: Final = 40
_MOST_INSIDE: Final = 12
_DEEPEST: Final = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """An expression, what it was, and what made it so.

    - text: of the spec, abbreviated; location: where it stands
    - holds: whether it was TRUE or FALSE
    - values: of operands, parameters, or the witness of a quantifier
    - inside: the parts that decided
    """

    text: str
    location: Location | None
    place: str
    holds: bool
    values: Pairs = ()
    inside: tuple[Reason, ...] = ()

    def lines(self) -> Iterator[str]:
        """Return the text for people: at most a screen."""
        every = list(self._lines(0))
        yield from every[:_SCREEN]
        if len(every) > _SCREEN:
            yield f"  and {len(every) - _SCREEN} more lines"

    def leaves(self) -> Iterator[Reason]:
        """Return the parts that nothing inside decided."""
        if not self.inside:
            yield self
        for each in self.inside:
            yield from each.leaves()

    def _lines(self, depth: int) -> Iterator[str]:
        indent = "  " * depth
        is_what = "TRUE" if self.holds else "FALSE"
        yield f"{indent}{self.text} is {is_what}  {self.place}".rstrip()
        yield from listed(self.values, f"{indent}    ")
        for each in self.inside:
            yield from each._lines(depth + 1)  # noqa: SLF001 - of the same class


def reason(tracer: Tracer, excerpts: Excerpts, name: str) -> Reason | None:
    """Return why the predicate that was evaluated last is what it is.

    `name` is its own, with arguments: what it applies stands nowhere.
    """
    asked = _last(tracer.top)
    if asked is None:
        return None
    found = _Explainer(tracer, excerpts).of(asked, 0)
    is_root = tracer.positions[asked.number].kind == "apply"
    return replace(found, text=name) if is_root else found


def _last(record: Record) -> Record | None:
    """Return the condition that was evaluated last directly inside."""
    conditions = _conditions(record)
    return conditions[-1] if conditions else None


def _conditions(record: Record) -> list[Record]:
    return [each for each in record.inside.values() if type(each.value) in BOOLEANS]


class _Explainer:
    def __init__(self, tracer: Tracer, excerpts: Excerpts) -> None:
        self.tracer = tracer
        self.excerpts = excerpts

    def of(self, record: Record, depth: int) -> Reason:
        """Return why a condition is what it is."""
        position = self.position(record)
        deciding = self.deciding(record, position) if depth < _DEEPEST else []
        if len(deciding) == 1 and position.kind in _SEEN_THROUGH:
            return self.with_names(record, self.of(deciding[0], depth + 1))
        inside = tuple(self.of(each, depth + 1) for each in deciding[:_MOST_INSIDE])
        return self.with_names(record, self.plainly(record, position, inside))

    def plainly(
        self, record: Record, position: Position, inside: tuple[Reason, ...]
    ) -> Reason:
        """Return the reason with values if nothing inside has shown them."""
        values: Pairs = ()
        if position.kind in _STEPS:
            values = self.changed(record, position)
        elif position.kind == "exists" and not record.value:
            values = self.rounds(record)
        elif not inside:
            values = operands_of(record, self.tracer, self.excerpts)
        if position.kind == "relation":
            inside = tuple(self.misfit(record, position))
        return Reason(
            text=text_at(position, self.excerpts) or position.kind,
            location=position.at,
            place=self.excerpts.place(position.at),
            holds=bool(record.value),
            values=values,
            inside=inside,
        )

    def with_names(self, record: Record, found: Reason) -> Reason:
        """Add the names that were bound right around an expression."""
        names = names_of(record, self.tracer).items()
        known = {text for text, _ in found.values}
        added = tuple(
            (name, short(value)) for name, value in names if name not in known
        )
        return replace(found, values=(*added, *found.values))

    def deciding(self, record: Record, position: Position) -> list[Record]:
        """Return the parts because of which a condition is what it is."""
        parts, holds = _conditions(record), bool(record.value)
        kind = position.kind
        if not parts or kind in {"relation", "value", "name", "enabled", "unchanged"}:
            return []
        if kind in {"and", "angle"}:
            return parts if holds else _false(parts[-1:])
        if kind == "or":
            return parts[-1:] if holds else parts
        if kind == "square":
            return [each for each in parts if bool(each.value) is holds]
        if kind == "=>":
            return parts[-1:] if holds else parts
        if kind == "<=>":
            return parts
        if kind in {"forall", "exists"}:
            decided = holds is (kind == "exists")
            return parts[-1:] if decided or parts[-1].rounds == 1 else []
        if kind == "if":
            return parts
        if kind == "apply":
            parts = [each for each in parts if self.is_body(each, record)]
        return parts[-1:]

    def is_body(self, inside: Record, record: Record) -> bool:
        """Whether a part of an application is no argument."""
        at = self.position(inside).at
        is_root = record.outer is None or record.outer.number < 0
        return is_root or not is_within(at, self.position(record).at)

    def changed(self, record: Record, position: Position) -> Pairs:
        """Return what did not stay as it was."""
        values = [
            r.value for r in record.inside.values() if type(r.value) not in BOOLEANS
        ]
        if len(values) < 2:  # noqa: PLR2004 - before and after
            return ()
        before, after = values[-2:]
        texts = [self.excerpts.text(at) for at in position.parts]
        if len(texts) == 1 or type(before) is not tuple or len(before) != len(texts):
            texts, before, after = [" ".join(texts) or "it"], (before,), (after,)
        pairs = zip(texts, before, after, strict=True)
        return tuple(
            line
            for text, old, new in pairs
            if old != new
            for line in ((text, short(old)), (f"{text}'", short(new)))
        )

    def rounds(self, record: Record) -> Pairs:
        r"""Return what `\E` went through without success."""
        values = operands_of(record, self.tracer, self.excerpts)
        sets = {
            self.excerpts.text(self.position(each).at)
            for each in record.inside.values()
            if type(each.value) not in BOOLEANS
        }
        return tuple(pair for pair in values if pair[0] in sets)

    def misfit(self, record: Record, position: Position) -> Iterator[Reason]:
        r"""Return the part because of which `x \in S` or `S \subseteq T` is false."""
        operator, operands = position.operator, self.operands(record, position)
        if record.value or operator not in _MEMBERSHIP or len(operands) < 2:  # noqa: PLR2004 - both
            return
        left, right = operands
        text = self.excerpts.text(position.parts[0])
        found = (
            _misfit(text, left, right)
            if operator == "\\in"
            else _stranger(text, left, right)
        )
        if found is not None and found[0] != text:
            where_, value, within = found
            told = f"{where_} \\in {short(within, 60)}"
            values: Pairs = ((where_, short(value)),)
            yield Reason(told, None, "", holds=False, values=values)

    def operands(self, record: Record, position: Position) -> list[Any]:
        found = []
        for at in position.parts:
            inside = record.inside.values()
            values = [r.value for r in inside if self.position(r).at == at]
            found += values[:1]
        return found

    def position(self, record: Record) -> Position:
        return self.tracer.positions[record.number]


_SEEN_THROUGH: Final = frozenset({"and", "or", "not", "=>", "inside", "case", "angle"})
_STEPS: Final = frozenset({"square", "unchanged"})
_MEMBERSHIP: Final = frozenset({"\\in", "\\subseteq"})


def _false(parts: list[Record]) -> list[Record]:
    return [each for each in parts if not each.value]


def _misfit(text: str, value: Any, within: Any) -> tuple[str, Any, Any] | None:  # noqa: ANN401 - values
    """Return the innermost part of a value that keeps it out of a set."""
    for path, part, of in _components(text, value, within):
        try:
            if not contains(of, part):
                return _misfit(path, part, of)
        except EvaluationError:
            return path, part, of
    return text, value, within


def _stranger(text: str, some: Any, others: Any) -> tuple[str, Any, Any] | None:  # noqa: ANN401 - values
    """Return an element that a set has and the other has not."""
    for number, value in enumerate(members(some)):
        if number > _MOST_LOOKED_AT:
            return None
        if not contains(others, value):
            inner = _misfit(_ELEMENT, value, others)
            is_whole = inner is None or inner[0] == _ELEMENT
            return (f"an element of {text}", value, others) if is_whole else inner
    return None


_ELEMENT: Final = "element"
_MOST_LOOKED_AT: Final = 100_000


def _components(
    text: str,
    value: Any,  # noqa: ANN401 - a value
    within: Any,  # noqa: ANN401 - a set
) -> Iterator[tuple[str, Any, Any]]:
    """Return the parts of a value, and the sets that they ought to be in."""
    parts: tuple[Any, ...] = getattr(within, "parts", ())
    kind = type(within)
    if kind is RecordSet and isinstance(value, Fn) and value.is_record:
        for name, of in parts:
            if name in value:
                yield f"{text}.{name}", value[name], of
    elif kind is FunctionSet and isinstance(value, Fn):
        for key, part in value.items():
            yield f"{text}[{short(key, 30)}]", part, parts[1]
    elif kind is Subset and isinstance(value, frozenset):
        for part in value:
            yield f"an element of {text}", part, parts[0]
    elif kind in _OF_TUPLES and isinstance(value, tuple):
        of = parts if kind is Product else (parts[-1],) * len(value)
        for number, (part, its) in enumerate(zip(value, of, strict=False), 1):
            yield f"{text}[{number}]", part, its


_OF_TUPLES: Final = frozenset({FunctionSet, Product, SeqOf})
