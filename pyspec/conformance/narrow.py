"""Where a large value differs from the one that was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.trace.model import Relation
from pyspec.trace.write import show_observation
from pyspec.values import Fn, canonical, show
from pyspec.values.model import is_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.trace.model import Observation
    from pyspec.values import Value

__all__ = ["parts_that_differ"]

_MOST: Final = 4
_DEEPEST: Final = 6
_SMALL: Final = 24
"""A text so short shows at a glance where it differs."""


def parts_that_differ(observation: Observation, given: Value) -> tuple[str, ...]:
    """Return lines that name the parts of a value that differ from what is observed.

    None for small values, and for relations other than `=`.
    """
    seen = observation.value
    is_small = max(len(show(seen)), len(show(given))) <= _SMALL
    if observation.relation is not Relation.EQUALS or is_small:
        return ()
    text = show_observation(observation).removeprefix("/\\ ")
    path = text.removesuffix(f" = {show(seen)}").removesuffix("'")
    found = list(_Parts(observation.primed).of(path, seen, given, 0))
    more = len(found) - _MOST
    return (*found[:_MOST], *([f"and {more} more"] if more > 0 else []))


class _Parts:
    def __init__(self, primed: bool) -> None:  # noqa: FBT001 - of an observation
        self.prime = "'" if primed else ""
        self.gives = "the step gives" if primed else "the spec has"

    def of(self, path: str, seen: Value, given: Value, depth: int) -> Iterator[str]:
        """Go down while both have parts; nothing for two wholes without any."""
        if depth < _DEEPEST and isinstance(seen, Fn) and isinstance(given, Fn):
            yield from self.entries(path, seen, given, depth)
        elif isinstance(seen, frozenset) and isinstance(given, frozenset):
            yield from self.elements(path, seen, given)
        elif depth < _DEEPEST and isinstance(seen, tuple) and isinstance(given, tuple):
            yield from self.items(path, seen, given, depth)
        elif depth:
            yield self.line(path, show(seen), show(given))

    def entries(self, path: str, seen: Fn, given: Fn, depth: int) -> Iterator[str]:
        """Compare two functions at each of their arguments."""
        for key in canonical({*seen, *given}):
            is_field = isinstance(key, str) and is_name(key)
            inner = f"{path}.{key}" if is_field else f"{path}[{show(key)}]"
            if key not in given:
                yield self.line(inner, show(seen[key]), _NONE)
            elif key not in seen:
                yield self.line(inner, _NONE, show(given[key]))
            elif seen[key] != given[key]:
                yield from self.of(inner, seen[key], given[key], depth + 1)

    def items(
        self,
        path: str,
        seen: tuple[Value, ...],
        given: tuple[Value, ...],
        depth: int,
    ) -> Iterator[str]:
        """Compare two sequences."""
        if len(seen) != len(given):
            yield self.line(f"Len({path})", str(len(seen)), str(len(given)))
        for place, (one, other) in enumerate(zip(seen, given, strict=False), 1):
            if one != other:
                yield from self.of(f"{path}[{place}]", one, other, depth + 1)

    def elements(
        self, path: str, seen: frozenset[Value], given: frozenset[Value]
    ) -> Iterator[str]:
        """Compare two sets."""
        for each in canonical(seen - given):
            yield f"{show(each)} \\in {path}{self.prime} is observed only"
        for each in canonical(given - seen):
            yield f"{show(each)} \\in {path}{self.prime} is not observed"

    def line(self, path: str, seen: str, given: str) -> str:
        """Return the line of one part."""
        return f"{path}{self.prime}: observed {seen}, {self.gives} {given}"


_NONE: Final = "nothing"
