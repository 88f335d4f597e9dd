"""Chance: what goes wrong and when, within the bounds of the fault model.

All of it is arithmetic of integers and of `random()`, whose 53 bits are the same
on every platform.
"""

from __future__ import annotations

import enum
import random
from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from refimpl.protocol import Faults, Latency

Kind: TypeAlias = Literal["losses", "duplications", "crashes", "partitions", "pauses"]

_LONGEST_TAIL = 6
"""A message of the long tail takes up to 2 to the power of this times as long."""


class Doom(enum.Enum):
    """At which side of a force a process crashes."""

    BEFORE = "before the force takes effect"
    AFTER = "right after the force"


class Dice:
    """Draws faults and delays from one seed, and counts the faults in `used`.

    Faults and delays have a generator each, so that a run with other bounds on
    faults is as alike as it can be.
    """

    def __init__(self, seed: int, faults: Faults) -> None:
        self.faults = faults
        self.used: Counter[Kind] = Counter()
        self._chance = random.Random(f"{seed}/faults")
        self._delay = random.Random(f"{seed}/delays").random
        self.latency_ns = _latency(self._delay, faults.latency, faults.latency_ns)

    def loses(self) -> bool:
        """Whether the network loses a message; counts it."""
        return self._happens("losses", self.faults.loss_percent)

    def duplicates(self) -> bool:
        """Whether the network copies a message; counts it."""
        return self._happens("duplications", self.faults.duplication_percent)

    def doom(self, role: str) -> Doom | None:
        """Whether a process of the role crashes at a force; counts it."""
        for side in Doom:
            if role not in self.faults.spared and self._happens(
                "crashes", self.faults.crash_percent
            ):
                return side
        return None

    def crash_delay_ns(self, role: str) -> int | None:
        """When after this event a process of the role is to crash, if it is.

        Not counted yet: `spend` does that when the time has come.
        """
        faults = self.faults
        if self.used["crashes"] >= faults.crashes or role in faults.spared:
            return None
        if self._chance.random() * 100 >= faults.crash_percent:
            return None
        at_once = self._chance.random() < 0.5  # noqa: PLR2004 - one half
        return 0 if at_once else between(self._chance, (0, faults.latency_ns[1]))

    def survives(self) -> bool:
        """Whether a write that was not forced survives a crash all the same."""
        return self._chance.random() * 100 < self.faults.unsynced_percent

    def spend(self, kind: Kind) -> bool:
        """Count a fault, if one is left."""
        if self.used[kind] >= getattr(self.faults, kind):
            return False
        self.used[kind] += 1
        return True

    def downtime_ns(self) -> int:
        """How long a crashed process stays down."""
        return _whole_us(self._delay, self.faults.downtime_ns)

    def within_ns(self, longest_ns: int) -> int:
        """Return some time before `longest_ns` is over."""
        return _whole_us(self._delay, (0, longest_ns))

    def chance_ns(self, span_ns: tuple[int, int]) -> int:
        """Return how long a fault takes, or is waited for."""
        return between(self._chance, span_ns)

    def among(self, number: int) -> int:
        """Return one of so many, from 0, for a fault."""
        return int(self._chance.random() * number)

    def some(self, items: Sequence[str]) -> frozenset[str]:
        """Return some of the items, at least one and not all of them."""
        size = 1 + self.among(len(items) - 1)
        return frozenset(self._chance.sample(items, size))

    def pair(self, items: Sequence[str]) -> list[str]:
        """Return two of the items."""
        return self._chance.sample(items, 2)

    def _happens(self, kind: Kind, percent: int) -> bool:
        if self.used[kind] >= getattr(self.faults, kind):
            return False
        return self._chance.random() * 100 < percent and self.spend(kind)


def between(rng: random.Random, span_ns: tuple[int, int]) -> int:
    """Draw a time; in whole microseconds from the shortest, so traces read well."""
    return _whole_us(rng.random, span_ns)


def _whole_us(draw: Callable[[], float], span_ns: tuple[int, int]) -> int:
    shortest, longest = span_ns
    return shortest + 1000 * int(draw() * ((longest - shortest) // 1000 + 1))


def _latency(
    draw: Callable[[], float], kind: Latency, span_ns: tuple[int, int]
) -> Callable[[], int]:
    """Return what draws how long a message takes."""
    shortest, longest = span_ns
    steps = (longest - shortest) // 1000 + 1

    def uniform() -> int:
        return shortest + 1000 * int(draw() * steps)

    def long_tail() -> int:
        """Each doubling is half as likely as the one before."""
        found, doublings = uniform(), 0
        while doublings < _LONGEST_TAIL and draw() < 0.5:  # noqa: PLR2004 - one half
            doublings += 1
        return found << doublings

    return uniform if kind == "uniform" else long_tail
