"""The beginnings of behaviors that match a trace, and since when they say something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.conformance.behaviors import Kind
from pyspec.conformance.prefixes import Prefixes
from pyspec.explore.limits import Stopped
from pyspec.explore.result import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyspec.conformance.behaviors import Matching
    from pyspec.conformance.prefixes import Beginning
    from pyspec.language.temporal import Formula

__all__ = ["Beginnings"]

_MOST: Final = 500_000


class Beginnings:
    """All beginnings, told apart by what must hold from there on.

    Raises Stopped if there are too many.
    """

    def __init__(
        self, found: Matching, formula: Formula, look: Callable[[], None]
    ) -> None:
        self.prefixes = Prefixes(found.nodes, found.targets, formula, look)
        self._found = found
        starts = [self.prefixes.start(number) for number in found.initial]
        self._came: dict[Beginning, Beginning | None] = dict.fromkeys(starts)
        todo = list(self._came)
        while todo:
            here = todo.pop()
            for after in self.prefixes.after(here):
                if after not in self._came:
                    self._came[after] = here
                    todo.append(after)
            look()
            if len(self._came) > _MOST:
                message = f"a property tells more than {_MOST:,} beginnings apart"
                raise Stopped(Cause.STATES, message)

    def at(self, numbers: Iterable[int]) -> list[Beginning]:
        """Return those whose last node is one of these."""
        wanted = frozenset(numbers)
        return [each for each in self._came if each.number in wanted]

    def way_to(self, last: Beginning) -> list[int]:
        """Return the nodes up to its last one."""
        way: list[int] = []
        here: Beginning | None = last
        while here is not None:
            way.append(here.number)
            here = self._came[here]
        return way[::-1]

    def is_lost(self, here: Beginning) -> bool:
        """Whether nothing that follows can make the formula true."""
        return not self.prefixes.can_be(here)[0]

    def since(
        self, lasts: Iterable[Beginning], still: Callable[[Beginning], bool]
    ) -> int:
        """Return after how many events something is so, to the end, in all of these."""
        known: dict[Beginning, int] = {}
        return max(self._since(last, still, known) for last in lasts)

    def _since(
        self,
        last: Beginning,
        still: Callable[[Beginning], bool],
        known: dict[Beginning, int],
    ) -> int:
        way = [last]
        while way[-1] not in known:
            before = self._came[way[-1]]
            if before is None or not still(before):
                known[way[-1]] = self._begun(way[-1])
            else:
                way.append(before)
        place = known[way[-1]]
        known.update(dict.fromkeys(way, place))
        return place

    def _begun(self, here: Beginning) -> int:
        """Return how many events have at least begun."""
        key = self._found.nodes[here.number].key
        return key.place + (key.kind is Kind.INSIDE)
