"""TLC's order of the elements of a set, which decides what CHOOSE takes.

Model values come first, then FALSE and TRUE, integers, strings; tuples and
functions by size, domain and values; records by size and then field by field;
sets by size and then element by element.  TLC orders names (strings, model
values, fields) by where it first read them, the cfg file before the modules:
`appearance` says so; names that it does not know come last, alphabetically.
For strings that are no names of anything, TLC's order cannot be told from the
text of a spec, so a CHOOSE among those may differ from TLC's.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final

from pyspec.values import Bool, Fn, ModelValue

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Appearance", "Naming", "V", "appearance", "in_order", "order_of_names"]

V: TypeAlias = Any
"""A value of `pyspec.values`, or a lazy set or function of this package."""

_REMEMBERED: Final = 1 << 14
"""Sets whose order is kept: the hot ones of a model are far fewer."""


@final
class Appearance:
    """The order in which names are first read; equal only to itself."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._rank: dict[str, int] = {}
        for name in names:
            self._rank.setdefault(name, len(self._rank))

    def rank(self, name: str) -> tuple[int, str]:
        """Return what sorts like the name."""
        return self._rank.get(name, len(self._rank)), name

    def key(self, value: V) -> tuple[Any, ...]:
        """Return what sorts like the value; unlike kinds never meet in it."""
        kind = type(value)
        if kind is int:
            return 2, value
        if kind is str:
            return 3, *self.rank(value)
        if kind is ModelValue:
            return 0, *self.rank(value.name)
        if kind is Bool:
            return 1, bool(value)
        if kind is tuple:
            return 5, len(value), _domain_of_tuple(len(value)), self.keys(value)
        if kind is frozenset:
            return 4, len(value), sorted(map(self.key, value))
        return self._key_of_function(value) if kind is Fn else (7, repr(value))

    def keys(self, values: Iterable[V]) -> list[tuple[Any, ...]]:
        """Return the key of each value."""
        return [self.key(value) for value in values]

    def _key_of_function(self, value: Fn) -> tuple[Any, ...]:
        pairs = sorted((self.key(key), self.key(of)) for key, of in value.items())
        if value.is_record:
            return 6, len(pairs), pairs
        return 5, len(pairs), [key for key, _ in pairs], [of for _, of in pairs]


appearance: Final[ContextVar[Appearance]] = ContextVar(
    "appearance",
    default=Appearance(),  # noqa: B039 - it is never changed
)


@final
class Naming:
    """A block in which names are ordered as they appear somewhere.

    No generator: Python would end one that an interrupt has left open when it is
    collected, maybe much later, and put its order in place of another spec's.
    """

    __slots__ = ("_before", "_names")

    def __init__(self, names: Appearance) -> None:
        self._names = names

    def __enter__(self) -> Appearance:
        self._before = appearance.get()
        appearance.set(self._names)
        return self._names

    def __exit__(self, *_: object) -> None:
        appearance.set(self._before)


def order_of_names(names: Iterable[str]) -> Naming:
    """Order names as they are listed here, while in this block."""
    return Naming(Appearance(names))


def in_order(values: frozenset[V]) -> tuple[V, ...]:
    """Return the elements of a set in TLC's order."""
    return _sorted(values, appearance.get())


@lru_cache(maxsize=_REMEMBERED)
def _sorted(values: frozenset[V], names: Appearance) -> tuple[V, ...]:
    if all(type(value) is int for value in values):
        return tuple(sorted(values))
    return tuple(sorted(values, key=names.key))


@lru_cache
def _domain_of_tuple(size: int) -> list[tuple[int, int]]:
    return [(2, place) for place in range(1, size + 1)]
