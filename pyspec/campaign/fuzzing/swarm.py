"""Which faults a run has: a random part of those that may happen.

Runs in which everything goes wrong are much alike; many a mistake needs that
something does *not* happen.  So each run leaves out some kinds of faults, and
draws how often and how long the others are.  What reached something new is drawn
again, and varied.

After: Groce, Zhang, Eide, Chen & Regehr, "Swarm testing", ISSTA 2012.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, get_args

from refimpl.protocol import Cut, Faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.campaign.fuzzing.given import Ceiling

__all__ = ["Steering", "Swarm"]

_PERCENTS: Final = (1, 3, 5, 10, 20, 40, 70)
_KINDS: Final = {
    "losses": "loss_percent",
    "duplications": "duplication_percent",
    "crashes": "crash_percent",
    "partitions": None,
    "pauses": None,
}
_TIMES: Final = ("latency_ns", "downtime_ns", "partition_ns", "pause_ns", "calm_ns")
_SCALES: Final = 5
"""Times are up to 2 to the power of this shorter, or longer."""
_ONLY_WITH: Final = (
    (("losses",), "loss_percent"),
    (("duplications",), "duplication_percent"),
    (("crashes",), "crash_percent"),
    (("crashes",), "downtime_ns"),
    (("partitions",), "partition_kinds"),
    (("partitions",), "partition_ns"),
    (("pauses",), "pause_ns"),
    (("partitions", "pauses"), "calm_ns"),
)
"""What is said of kinds of faults, which means nothing where none of them happens."""
_MOST_KEPT: Final = 64


class Swarm:
    """Draws faults below a ceiling; what somebody has set stays as it is.

    Of kinds that are counted, what is set is the most that may happen.
    """

    def __init__(self, ceiling: Ceiling) -> None:
        self._ceiling = ceiling.faults
        self._pinned = ceiling.pinned
        self._plain = Faults()

    def draw(self, rng: random.Random) -> Faults:
        """Draw anew."""
        found = self._ceiling
        for part in self._parts():
            found = part(rng, found)
        return self._plainly(found)

    def vary(self, rng: random.Random, faults: Faults) -> Faults:
        """Draw one part of the faults anew, or two."""
        for part in rng.sample(self._parts(), rng.choice((1, 2))):
            faults = part(rng, faults)
        return self._plainly(faults)

    def _plainly(self, faults: Faults) -> Faults:
        """Leave out what says more of kinds of faults that do not happen."""
        idle = [name for kinds, name in _ONLY_WITH if not _any(faults, kinds)]
        plain = {name: getattr(self._plain, name) for name in idle}
        return replace(faults, **plain)

    def _parts(self) -> list[Callable[[random.Random, Faults], Faults]]:
        kinds = [self._drawing(self._kind, kind) for kind in _KINDS]
        times = [self._drawing(self._time, name) for name in _TIMES]
        return [*kinds, *times, self._network, self._clocks]

    @staticmethod
    def _drawing(
        method: Callable[[random.Random, Faults, str], Faults], name: str
    ) -> Callable[[random.Random, Faults], Faults]:
        return lambda rng, faults: method(rng, faults, name)

    def _kind(self, rng: random.Random, faults: Faults, kind: str) -> Faults:
        """Draw how often a kind of fault happens: not at all, half of the time."""
        most = getattr(self._ceiling, kind)
        number = 0
        if most and rng.random() < 0.5:  # noqa: PLR2004 - one half
            number = rng.choice((1, most, rng.randint(1, most)))
        changes: dict[str, Any] = {kind: number}
        percent = _KINDS[kind]
        if percent is not None:
            drawn = rng.choice(_PERCENTS)
            changes[percent] = self._kept(percent, drawn if number else None)
        if kind == "partitions":
            cuts = sorted(get_args(Cut))
            some = frozenset(rng.sample(cuts, rng.randint(1, len(cuts))))
            changes["partition_kinds"] = self._kept("partition_kinds", some)
        return replace(faults, **changes)

    def _time(self, rng: random.Random, faults: Faults, name: str) -> Faults:
        """Draw how long something takes."""
        shortest, longest = getattr(self._ceiling, name)
        scale = rng.randint(-_SCALES, _SCALES)
        if name in self._pinned or rng.random() < 0.5:  # noqa: PLR2004 - one half
            scale = 0
        drawn = _scaled(shortest, scale), _scaled(longest, scale)
        changes: dict[str, Any] = {name: drawn}
        return replace(faults, **changes)

    def _network(self, rng: random.Random, faults: Faults) -> Faults:
        tail = rng.random() < 0.5 and self._ceiling.latency == "long tail"  # noqa: PLR2004 - one half
        fifo = rng.random() < 0.25 or self._ceiling.fifo  # noqa: PLR2004 - a quarter
        return replace(
            faults,
            latency=self._kept("latency", "long tail" if tail else "uniform"),
            fifo=self._kept("fifo", fifo),
        )

    def _clocks(self, rng: random.Random, faults: Faults) -> Faults:
        skew, drift = self._ceiling.skew_ns, self._ceiling.drift_ppm
        return replace(
            faults,
            skew_ns=self._kept("skew_ns", rng.choice((0, 0, skew // 10, skew))),
            drift_ppm=self._kept("drift_ppm", rng.choice((0, 0, drift // 10, drift))),
        )

    def _kept(self, name: str, drawn: Any) -> Any:  # noqa: ANN401 - any field of Faults
        """Return what was drawn, unless somebody has set it; None: as it was."""
        if drawn is None or name in self._pinned:
            return getattr(self._ceiling, name)
        return drawn


def _any(faults: Faults, kinds: tuple[str, ...]) -> bool:
    return any(getattr(faults, kind) for kind in kinds)


def _scaled(time_ns: int, scale: int) -> int:
    return time_ns << scale if scale >= 0 else time_ns >> -scale


@dataclass(slots=True)
class _Kept:
    """Faults that reached something new; `worth` halves with each try in vain."""

    faults: Faults
    worth: float


class Steering:
    """Draws the next run's faults, with a higher chance where much was found.

    What it draws depends on its seed and on what it was told of runs, in that
    order, alone.
    """

    def __init__(self, swarm: Swarm, seed: int) -> None:
        self._swarm = swarm
        self._rng = random.Random(f"{seed}/swarm")  # noqa: S311 - drawn again from a seed
        self._kept: list[_Kept] = []

    def draw(self) -> Faults:
        """Return the faults of the next run."""
        rng = self._rng
        if not self._kept or rng.random() < 0.5:  # noqa: PLR2004 - one half
            return self._swarm.draw(rng)
        (chosen,) = rng.choices(self._kept, [each.worth for each in self._kept])
        again = rng.random() < 0.5  # noqa: PLR2004 - one half
        return chosen.faults if again else self._swarm.vary(rng, chosen.faults)

    def learn(self, faults: Faults, new: int) -> None:
        """Note that a run with these faults reached so much that was new."""
        known = next((each for each in self._kept if each.faults == faults), None)
        if known is not None:
            known.worth = max(known.worth / 2, 2.0**-10) + new
        elif new:
            self._kept.append(_Kept(faults, float(new)))
            self._kept.sort(key=lambda each: -each.worth)
            del self._kept[_MOST_KEPT:]
