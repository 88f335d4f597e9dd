"""What a value is now, to be held against what it is later."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable, Mapping
from random import Random
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final

from refimpl.fields import is_frozen
from refimpl.maps import FrozenMap

__all__ = ["Shapes"]

_DEEPEST: Final = 8
_REMEMBERED: Final = 1 << 14
_OPAQUE: Final = (type, FunctionType, MethodType, ModuleType, Random)
"""What is the same as long as it is the same object: no state of a process."""


class Shapes:
    """Makes shapes: equal before and after, unless a value was changed in place.

    `opaque` is a class whose objects are not looked into.  What is made of tuples,
    frozensets and plain values alone is its own shape, and looked at once; if it
    `trusts` them, so are frozen dataclasses and FrozenMaps, which just
    `object.__setattr__` can change.
    """

    def __init__(self, opaque: type, *, trusts: bool) -> None:
        self._opaque = (*_OPAQUE, opaque)
        self._trusts = trusts
        self._plain: dict[int, object] = {}

    def of(self, value: object, depth: int = 0) -> object:
        """Return the shape of a value, made of what nobody can change."""
        if self._is_plain(value):
            return type(value), value
        if depth > _DEEPEST or isinstance(value, self._opaque):
            return id(value)
        inner = functools.partial(self.of, depth=depth + 1)
        if isinstance(value, tuple | list):
            return type(value), tuple(map(inner, value))
        if isinstance(value, set | frozenset):
            return type(value), frozenset(map(inner, value))
        if isinstance(value, Mapping):
            pairs = ((inner(key), inner(each)) for key, each in value.items())
            return type(value), frozenset(pairs)
        parts = _parts(value)
        return type(value), tuple((name, inner(each)) for name, each in parts)

    def _is_plain(self, value: object) -> bool:
        if value is None or isinstance(value, int | float | str | bytes | enum.Enum):
            return True
        if id(value) in self._plain:
            return True
        inside = self._inside(value)
        if inside is None or not all(map(self._is_plain, inside)):
            return False
        if len(self._plain) >= _REMEMBERED:
            self._plain.clear()
        self._plain[id(value)] = value
        return True

    def _inside(self, value: object) -> Iterable[object] | None:
        """Return what a value is made of, if nothing else can be put there."""
        if isinstance(value, tuple | frozenset):
            return value
        if self._trusts and isinstance(value, FrozenMap):
            return (*value.keys(), *value.values())
        kind: Any = type(value)  # mypy doubts that all classes can be hashed
        if self._trusts and is_frozen(kind):
            return [each for _, each in _parts(value)]
        return None


def _parts(value: object) -> list[tuple[str, object]]:
    """Return the attributes of an object, in its slots or not."""
    kind: Any = type(value)
    slots = (name for name in _slots(kind) if hasattr(value, name))
    names = dict.fromkeys((*slots, *getattr(value, "__dict__", ())))
    return [(name, getattr(value, name)) for name in names if name[:2] != "__"]


@functools.cache
def _slots(kind: type) -> tuple[str, ...]:
    found = [base.__dict__.get("__slots__", ()) for base in kind.__mro__]
    names = ((each,) if isinstance(each, str) else each for each in found)
    return tuple(name for each in names for name in each)
