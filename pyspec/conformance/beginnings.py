"""The beginnings of behaviors that match a trace, and since when they say something."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

import networkx as nx

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

    def recurring(self) -> list[Beginning]:
        """Return those that behaviors which never end come to again and again."""
        ends = self.at(self._found.ends())
        if not self._found.loops:
            return ends  # they rest there
        edges: nx.DiGraph[Beginning] = nx.DiGraph(self._before)
        parts = nx.strongly_connected_components(edges)
        again = set(chain.from_iterable(part for part in parts if len(part) > 1))
        return [each for each in ends if each in again]

    def way_to(self, last: Beginning) -> tuple[int, ...]:
        """Return the nodes up to its last one."""
        way: list[int] = []
        here: Beginning | None = last
        while here is not None:
            way.append(here.number)
            here = self._came[here]
        return tuple(reversed(way))

    def is_lost(self, here: Beginning) -> bool:
        """Whether nothing that follows can make the formula true."""
        return not self.prefixes.can_be(here)[0]

    def since(
        self, lasts: Iterable[Beginning], still: Callable[[Beginning], bool]
    ) -> int | None:
        """Return after how many events something is so, to the end, on each way here.

        None if on one it becomes so after the last event, or in a later round.
        """
        last = len(self._found.trace.events)
        sources = self._sources_of_change(lasts, still)
        turned = self._turned if sources else frozenset()
        places = (self._found.nodes[each.number].key.place for each in sources)
        place = max((place + 1 for place in places), default=0)
        return None if place > last or sources & turned else place

    def _sources_of_change(
        self, lasts: Iterable[Beginning], still: Callable[[Beginning], bool]
    ) -> set[Beginning]:
        """Return where something is not yet so that is so from the next step on."""
        sources: set[Beginning] = set()
        found = set(lasts)
        todo = list(found)
        while todo:
            before = self._before.get(todo.pop(), [])
            new = {each for each in before if each not in found and still(each)}
            sources.update(each for each in before if not still(each))
            found |= new
            todo += new
        return sources

    @cached_property
    def _before(self) -> dict[Beginning, list[Beginning]]:
        """From where each is come to."""
        before: dict[Beginning, list[Beginning]] = {}
        for here in self._came:
            for after in self.prefixes.after(here):
                before.setdefault(after, []).append(here)
        return before

    @cached_property
    def _turned(self) -> frozenset[Beginning]:
        """Those in which a loop's events have all been there."""
        found = set(self.at(self._found.ends())) if self._found.loops else set()
        todo = list(found)
        while todo:
            new = {one for one in self.prefixes.after(todo.pop()) if one not in found}
            found |= new
            todo += new
        return frozenset(found)
