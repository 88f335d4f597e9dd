"""The predicates of temporal formulas, evaluated once for each state and step.

A *mask* is the set of predicates that are true of a step, as bits.  Equal
masks are numbered once, so that later work is done per mask, not per step.
"""

from __future__ import annotations

import itertools
from array import array
from typing import TYPE_CHECKING, Final

from pyspec.explore.normal import predicates
from pyspec.language.temporal import (
    ActionPredicate,
    And,
    Formula,
    Not,
    Or,
    StatePredicate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyspec.explore.model import State

__all__ = ["Valuation"]

_LOOK_EVERY: Final = 1024


class Valuation:
    """A graph's steps, stuttering included, with the predicates true of each.

    The steps from state i are at places `starts[i]` up to `starts[i + 1]` of
    `targets` and `masks`; stuttering comes last, unless the graph has such an
    edge.  `masks` has numbers of masks, which are in `known`.
    """

    def __init__(
        self,
        states: Sequence[State],
        targets_of: Callable[[int], Iterable[int]],
        formulas: Iterable[Formula],
        look: Callable[[], None],
    ) -> None:
        named = itertools.chain(*map(predicates, formulas))
        found = dict.fromkeys(named)
        self.bits = {predicate: 1 << place for place, predicate in enumerate(found)}
        self.known: list[int] = []
        self.starts = array("q", [0])
        self.targets = array("q")
        self.masks = array("q")
        self._numbers: dict[int, int] = {}
        self._states = states
        self._of_state = [
            (one.holds, bit)
            for one, bit in self.bits.items()
            if isinstance(one, StatePredicate)
        ]
        self._of_step = [
            (one.holds, bit, self.bits[one.guard] if one.guard else 0)
            for one, bit in self.bits.items()
            if isinstance(one, ActionPredicate)
        ]
        for source in range(len(states)):
            if source % _LOOK_EVERY == 0:
                look()
            self._evaluate(source, targets_of(source))

    def _evaluate(self, source: int, targets: Iterable[int]) -> None:
        states = self._states
        state = states[source]
        of_state = 0
        for holds, bit in self._of_state:
            if holds(state):
                of_state |= bit
        asked = [
            (of_step, bit)
            for of_step, bit, guard in self._of_step
            if of_state & guard == guard
        ]
        for target in dict.fromkeys((*targets, source)):
            mask = of_state
            after = states[target]
            for of_step, bit in asked:
                if of_step(state, after):
                    mask |= bit
            self.targets.append(target)
            self.masks.append(self._number(mask))
        self.starts.append(len(self.targets))

    def _number(self, mask: int) -> int:
        number = self._numbers.setdefault(mask, len(self.known))
        if number == len(self.known):
            self.known.append(mask)
        return number

    def value(self, formula: Formula, number: int) -> bool:
        """Return the value of a local normal formula where this mask is."""
        match formula:
            case StatePredicate() | ActionPredicate():
                return bool(self.bits[formula] & self.known[number])
            case Not(body):
                return not self.value(body, number)
            case And(parts):
                return all(self.value(part, number) for part in parts)
            case Or(parts):
                return any(self.value(part, number) for part in parts)
        msg = f"not local: {formula!r}"
        raise TypeError(msg)
