"""Equality as TLC decides it: TRUE, FALSE, or refused.

TLA+ does not say whether `1 = "a"`; TLC refuses to.  A model value differs
from everything else.  Structures are compared up to the first difference, so
`<<1, "a">> = <<2, 3>>` is FALSE and `<<1, "a">> = <<1, 3>>` is refused.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Final

from pyspec.language.runtime.errors import EvaluationError, describe, refused
from pyspec.language.runtime.order import V, in_order
from pyspec.values import Bool, Fn, ModelValue

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Lazy",
    "alike",
    "eq",
    "incomparable",
    "is_untyped",
    "ne",
    "require_sortable",
]

_ATOMS: Final = frozenset({int, str, Bool})
_FUNCTIONS: Final = frozenset({tuple, Fn})
_SHORTEST_TYPED: Final = 3
"""Characters of the shortest name of a typed model value: `S_a`."""


class Lazy:
    """A set or function that is not built until somebody needs its elements.

    Its metaclass is not ABCMeta, which makes isinstance ten times as slow.
    """

    __slots__ = ()

    @abstractmethod
    def plain(self) -> V:
        """Return the same value, built."""

    @abstractmethod
    def same(self, other: V) -> bool:
        """Whether it equals a value other than this object."""

    @abstractmethod
    def __hash__(self) -> int: ...

    def __eq__(self, other: object) -> bool:
        return self is other or self.same(other)


def eq(a: V, b: V) -> bool:
    """Whether a = b; refused where TLC refuses to compare them."""
    kind = type(a)
    if kind is type(b) and kind in _ATOMS:
        return bool(a == b)
    return a is b or _same(a, b)


def ne(a: V, b: V) -> bool:
    """Whether a # b."""
    return not eq(a, b)


def require_sortable(a: V, b: V) -> None:
    """Refuse two elements of one set that TLC could not bring into an order."""
    if type(a) is ModelValue or type(b) is ModelValue:
        return
    if _is_record(b) and not _is_record(a):
        a, b = b, a
    eq(a, b)


def alike(a: V, b: V) -> bool:
    """Whether two values are atoms of one kind, so that TLC compares them."""
    kind = type(a)
    return kind is type(b) and kind in _ATOMS


def incomparable(a: V, b: V) -> EvaluationError:
    """Refuse to compare two values."""
    return refused(
        "these two values cannot be compared",
        expected=f"two of one kind, as {describe(a)} is",
        found=b,
        hint="TLA+ does not say whether values of different kinds are equal",
    )


def _same(a: V, b: V) -> bool:
    kind, other = type(a), type(b)
    if kind is ModelValue or other is ModelValue:
        return _model_values(a, b)
    if isinstance(a, Lazy):
        return a.same(b)
    if isinstance(b, Lazy):
        return b.same(a)
    if kind is frozenset and other is frozenset:
        return bool(a == b) or _sets(a, b)
    if kind in _FUNCTIONS and other in _FUNCTIONS:
        return bool(a == b) or _functions(a, b)
    raise incomparable(a, b)


def _model_values(a: V, b: V) -> bool:
    """Return FALSE for two that differ, unless one is typed and they mix."""
    kind, other = _type_of(a), _type_of(b)
    if kind == other and (not kind or type(a) is type(b)):
        return False
    if type(a) is type(b) and not (kind and other):
        return False
    raise incomparable(a, b)


def is_untyped(value: V) -> bool:
    """Whether it is a model value that may be compared with everything."""
    return type(value) is ModelValue and not _type_of(value)


def _type_of(value: V) -> str:
    """Return the type of a model value: S for S_a; empty for an untyped one."""
    if type(value) is not ModelValue:
        return ""
    name: str = value.name
    if name[1:2] != "_" or len(name) < _SHORTEST_TYPED or not name[0].isalpha():
        return ""
    return name[0]


def _sets(a: frozenset[V], b: frozenset[V]) -> bool:
    """Return FALSE for two sets that differ, if TLC can tell."""
    if len(a) == len(b) and not alike(next(iter(a)), next(iter(b))):
        _all_eq(in_order(a), in_order(b))
    return False


def _functions(a: V, b: V) -> bool:
    """Return FALSE for two functions that differ, if TLC can tell."""
    if type(a) is Fn and type(b) is Fn and a.has_domain_of(b):
        return _values(a.values(), b.values())
    if _is_record(a) and len(b) and not _is_record(b):
        raise incomparable(a, b)
    if len(a) != len(b):
        return False
    if type(a) is tuple and type(b) is tuple:
        return _all_eq(a, b)
    if _is_record(a) is not _is_record(b):
        raise incomparable(a, b)
    if not _is_record(a):
        _all_eq(in_order(_domain(a)), in_order(_domain(b)))
    return False


def _values(some: tuple[V, ...], others: tuple[V, ...]) -> bool:
    """Return FALSE for values of which one differs; refuse if none can be told to.

    TLC goes by the first that differs, in the order in which it has read the
    names of fields; a difference that comes later is one as well.
    """
    for a, b in zip(some, others, strict=True):
        if a is not b and alike(a, b) and a != b:
            return False
    refusal: EvaluationError | None = None
    for a, b in zip(some, others, strict=True):
        try:
            if not eq(a, b):
                return False
        except EvaluationError as error:
            refusal = error
    if refusal:
        raise refusal
    return True


def _all_eq(some: Iterable[V], others: Iterable[V]) -> bool:
    return all(map(eq, some, others))


def _is_record(function: V) -> bool:
    return type(function) is Fn and function.is_record


def _domain(function: V) -> frozenset[V]:
    if type(function) is tuple:
        return frozenset(range(1, len(function) + 1))
    return frozenset(function)
