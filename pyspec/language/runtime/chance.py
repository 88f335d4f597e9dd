"""Elements drawn by chance, of sets that nobody could go through, too.

Each element of a set is as likely as any other.  Elements are drawn in their
order, so that the same seed draws the same whatever the hash seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.sets import (
    FunctionSet,
    Interval,
    Product,
    RecordSet,
    Subset,
    elements,
    size,
)
from pyspec.values import fn_maker

if TYPE_CHECKING:
    from random import Random

    from pyspec.language.runtime.order import V

__all__ = ["draw", "sample"]

_FEW: Final = 10_000
"""Elements of a set that are gone through rather than drawn one by one."""


def draw(s: V, rng: Random) -> V:
    """Return an element; a set without any, or without an end, is refused."""
    match s:
        case Interval():
            first, stop = s.parts
            return rng.randrange(first, stop)
        case Subset():
            (base,) = s.parts
            return frozenset(v for v in elements(base) if rng.getrandbits(1))
        case FunctionSet():
            source, target = s.parts
            keys = tuple(elements(source))
            return fn_maker(keys)(tuple(draw(target, rng) for _ in keys))
        case RecordSet():
            names = tuple(name for name, _ in s.parts)
            return fn_maker(names)(tuple(draw(part, rng) for _, part in s.parts))
        case Product():
            return tuple(draw(factor, rng) for factor in s.parts)
    every = tuple(elements(s))
    if not every:
        raise refused("the empty set has no element to draw")
    return rng.choice(every)


def sample(s: V, count: int, rng: Random) -> frozenset[V]:
    """Return `count` different elements of a set that has as many."""
    most = size(s)
    if most <= max(_FEW, 4 * count):
        return frozenset(rng.sample(tuple(elements(s)), count))
    found: set[V] = set()
    while len(found) < count:
        found.add(draw(s, rng))
    return frozenset(found)
