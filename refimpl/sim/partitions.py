"""Cuts of the network: who cannot reach whom while one lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refimpl.protocol import Cut
    from refimpl.sim.dice import Dice
    from refimpl.triggers import ProcessId

__all__ = ["Partition", "drawn"]


class Partition(NamedTuple):
    """Messages from `one` to `other` do not arrive; `both`: nor those back."""

    one: frozenset[str]
    other: frozenset[str]
    both: bool

    def stops(self, sender: ProcessId, to: ProcessId) -> bool:
        """Whether a message from one to another is stopped."""
        if sender in self.one and to in self.other:
            return True
        return self.both and sender in self.other and to in self.one


def drawn(dice: Dice, names: Sequence[ProcessId], kinds: frozenset[Cut]) -> Partition:
    """Draw a partition of one of the kinds."""
    ordered = sorted(kinds)
    kind = ordered[dice.among(len(ordered))]
    if kind == "pair":
        two = dice.pair(names)
        return Partition(frozenset(two[:1]), frozenset(two[1:]), both=True)
    one = dice.some(names)
    return Partition(one, frozenset(names) - one, both=kind == "split")
