"""Randomization: subsets by chance, which `tlc.dice` decides on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.chance import sample
from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.modules.tlc import rolled
from pyspec.language.runtime.sets import elements, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE"]


def random_subset(k: V, s: V) -> frozenset[V]:
    """Return a subset of k elements; the set may be too large to go through."""
    count = _number(k, "first", "RandomSubset", size(s))
    return sample(s, count, rolled("RandomSubset"))


def random_set_of_subsets(k: V, n: V, s: V) -> frozenset[V]:
    """Return at most k subsets, which have n elements on average."""
    every = tuple(elements(s))
    count = _number(k, "first", "RandomSetOfSubsets", 2 ** min(len(every), 31))
    mean = _number(n, "second", "RandomSetOfSubsets", len(every))
    rng = rolled("RandomSetOfSubsets")
    chance = mean / len(every) if every else 0.0
    return frozenset(
        frozenset(v for v in every if rng.random() < chance) for _ in range(count)
    )


def _number(v: V, place: str, what: str, most: int) -> int:
    if type(v) is int and 0 <= v <= most:
        return v
    raise refused(
        f"the {place} argument of {what} is wrong", expected=f"0..{most}", found=v
    )


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Randomization", "RandomSubset"): random_subset,
    ("Randomization", "RandomSetOfSubsets"): random_set_of_subsets,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
