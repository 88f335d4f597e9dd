"""Chance: what goes wrong and when, within the bounds of the fault model."""

from __future__ import annotations

import enum
import random
from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from refimpl.protocol import Faults

Kind: TypeAlias = Literal["losses", "duplications", "crashes"]


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
        self._delay = random.Random(f"{seed}/delays")

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
        if role in self.faults.spared or not self._left("crashes"):
            return None
        if self._chance.randrange(100) >= self.faults.crash_percent:
            return None
        at_once = self._chance.randrange(2) == 0
        return 0 if at_once else _between(self._chance, 0, self.faults.latency_ns[1])

    def spend(self, kind: Kind) -> bool:
        """Count a fault, if one is left."""
        if not self._left(kind):
            return False
        self.used[kind] += 1
        return True

    def latency_ns(self) -> int:
        """How long a message takes."""
        return _between(self._delay, *self.faults.latency_ns)

    def downtime_ns(self) -> int:
        """How long a crashed process stays down."""
        return _between(self._delay, *self.faults.downtime_ns)

    def within_ns(self, longest_ns: int) -> int:
        """Return some time before `longest_ns` is over."""
        return _between(self._delay, 0, longest_ns)

    def _happens(self, kind: Kind, percent: int) -> bool:
        if not self._left(kind) or self._chance.randrange(100) >= percent:
            return False
        return self.spend(kind)

    def _left(self, kind: Kind) -> bool:
        bounds: dict[Kind, int] = {
            "losses": self.faults.losses,
            "duplications": self.faults.duplications,
            "crashes": self.faults.crashes,
        }
        return self.used[kind] < bounds[kind]


def _between(rng: random.Random, shortest_ns: int, longest_ns: int) -> int:
    """Draw a time; in whole microseconds from the shortest, so traces read well."""
    return shortest_ns + 1000 * rng.randint(0, (longest_ns - shortest_ns) // 1000)
