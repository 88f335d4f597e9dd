"""A function of finitely many arguments, as a value that never changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, ValuesView
from typing import TypeVar

__all__ = ["FrozenMap"]

K = TypeVar("K")
V = TypeVar("V")


class FrozenMap(Mapping[K, V]):
    """A mapping that can be hashed and not be changed; in the spec, a function.

    `|` gives another one, like EXCEPT: `f | {r: 7}` is `[f EXCEPT ![r] = 7]`, and
    has r in its domain even if f has not.

    >>> next_index = FrozenMap({"n1": 1, "n2": 1})
    >>> next_index |= {"n2": 5}
    >>> next_index
    FrozenMap({'n1': 1, 'n2': 5})
    """

    __slots__ = ("_hash", "_items")

    def __init__(self, items: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._items: dict[K, V] = dict(items)
        self._hash: int | None = None

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def values(self) -> ValuesView[V]:
        """Return the values.  `Mapping` would look up each key."""
        return self._items.values()

    def __or__(self, others: Mapping[K, V]) -> FrozenMap[K, V]:
        """Return the map that has these as well: this very one if it does already.

        Whoever assigns it then sees that nothing is new.
        """
        items = self._items
        for key, value in others.items():
            if key not in items or items[key] is not value:
                return FrozenMap({**items, **others})
        return self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMap):
            return self._items == other._items
        return NotImplemented

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __repr__(self) -> str:
        return f"FrozenMap({self._items})"
