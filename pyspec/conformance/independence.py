"""Which of several possible next events have to be tried first.

All interleavings of logs are far too many.  But an event that may as well be
first, whatever the other processes do before it, need not be tried later:
`Independence.first` gives processes such that every way to the end of all logs
begins, but for the order of what can change places, with the next event of one
of them.  (They are a stubborn set of Valmari's, for the end of all logs: if
t is the first of their events on some way to the end, what the others do before
it cannot make t possible, and t could as well have come before that.)
"""

from __future__ import annotations

import enum
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyspec.conformance.footprint import CHANGES, EVERY, How
from pyspec.values import Fn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.conformance.causality import Cut, Execution, Place
    from pyspec.conformance.footprint import Cell, Footprint
    from pyspec.language.state import State

__all__ = ["Independence"]


class _Bound(enum.Enum):
    """Whether one event is bound to stay behind another."""

    NO = enum.auto()
    ABSENT = enum.auto()  # if there is nothing in the cell
    YES = enum.auto()


@dataclass(slots=True)
class _Against:
    """Where the events are that one is bound to stay behind.

    `always` are their indices in a log, `absent` those where it is so if a cell
    has nothing; both increase.
    """

    always: list[int] = field(default_factory=list)
    absent: dict[Cell, list[int]] = field(default_factory=dict)

    def within(self, low: int, high: int, state: State) -> bool:
        """Whether there is one between two indices, for an event in a state."""
        if _has(self.always, low, high):
            return True
        return any(
            _has(places, low, high) and not _present(state, cell)
            for cell, places in self.absent.items()
        )


class Independence:
    """Answers for one execution.

    `footprints` are those of its events, `silent` those of the silent steps.
    """

    def __init__(
        self,
        execution: Execution,
        footprints: Sequence[Sequence[Footprint]],
        silent: Sequence[Footprint],
    ) -> None:
        self._needs = execution.needs
        self._lengths = [len(log.events) for log in execution.logs]
        self._footprints = footprints
        self._silent = _Index([*silent])
        self._indices = [_Index(each) for each in footprints]
        self._known: dict[tuple[Place, int, bool], _Against] = {}

    def first(
        self, cut: Cut, state: State, possible: Callable[[int], bool]
    ) -> tuple[int, ...] | None:
        """Return processes of whose next events one can come first.

        `possible` says whether a process's next event can happen here.  None
        if it has to be all of them, silent steps before them included.  Without
        a process whose next event is possible no way leads to the end.
        """
        best: tuple[int, ...] | None = None
        fewest = len(cut) + 1
        for process in self._left(cut):
            found = self._closed(process, cut, state, possible)
            if found is None:
                continue
            many = sum(self.is_free((p, cut[p]), cut) and possible(p) for p in found)
            if many < fewest:
                best, fewest = tuple(found), many
            if fewest <= 1:
                break
        return best

    def hopeless(self, cut: Cut, states: Iterable[State]) -> set[int]:
        """Return few processes that wait for each other, and for nobody else.

        To be asked where no next event is possible, in any of the states.
        """
        states = [*states]
        every = {*self._left(cut)}
        best = every
        for process in self._left(cut):
            found: set[int] = set()
            for state in states:
                closed = self._closed(process, cut, state, lambda _: False)
                found |= every if closed is None else {*closed}
            best = min(best, found, key=len)
        return best

    def is_free(self, place: Place, cut: Cut) -> bool:
        """Whether all that is known to be before an event is in the cut."""
        needs = self._needs[place[0]][place[1]]
        return all(need <= done for need, done in zip(needs, cut, strict=True))

    def _left(self, cut: Cut) -> Iterator[int]:
        return (p for p, done in enumerate(cut) if done < self._lengths[p])

    def _closed(
        self, process: int, cut: Cut, state: State, possible: Callable[[int], bool]
    ) -> list[int] | None:
        """Return the processes that have to be tried if one is; None for all."""
        found, todo = [process], [process]
        while todo:
            one = todo.pop()
            more = self._wanted(one, cut, state, possible)
            if more is None:
                return None
            for other in more:
                if other not in found:
                    found.append(other)
                    todo.append(other)
        return found

    def _wanted(
        self, process: int, cut: Cut, state: State, possible: Callable[[int], bool]
    ) -> list[int] | None:
        """Return the processes that may not do anything before this one does."""
        place = process, cut[process]
        needs = self._needs[process][cut[process]]
        for other, done in enumerate(cut):
            if needs[other] > done:
                return [other]  # which has to go on first: one of several will do
        moves = possible(process)
        if self._against(place, -1, moves=moves).within(0, 1, state):
            return None
        return [
            other
            for other in self._left(cut)
            if other != process
            and self._against(place, other, moves=moves).within(
                cut[other], self._after(place, other, cut[other]), state
            )
        ]

    def _after(self, place: Place, other: int, low: int) -> int:
        """Return where another log's events begin that are known to come later."""
        process, index = place
        return bisect_left(
            self._needs[other], index + 1, lo=low, key=lambda needs: needs[process]
        )

    def _against(self, place: Place, other: int, *, moves: bool) -> _Against:
        """Return the events of another log that this one cannot do without.

        `moves`: before which it cannot come though it is possible; else that
        could make it possible.  `other` is -1 for silent steps, all at index 0.
        """
        key = place, other, moves
        if key not in self._known:
            index = self._silent if other < 0 else self._indices[other]
            footprint = self._footprints[place[0]][place[1]]
            found = index.against(footprint, _stays_behind if moves else _waits_for)
            if other < 0:
                found.always = [0] if found.always else []
                found.absent = {cell: [0] for cell in found.absent}
            self._known[key] = found
        return self._known[key]


class _Index:
    """The cells of events, by variable and key."""

    def __init__(self, footprints: Iterable[Footprint]) -> None:
        self._cells: dict[int, dict[object, list[tuple[int, How]]]] = {}
        for place, footprint in enumerate(footprints):
            for (number, key), how in footprint.items():
                keys = self._cells.setdefault(number, {})
                keys.setdefault(key, []).append((place, how))

    def against(
        self, footprint: Footprint, rule: Callable[[How, How], _Bound]
    ) -> _Against:
        """Return where a rule binds something with this footprint."""
        always: set[int] = set()
        absent: dict[Cell, set[int]] = {}
        for cell, mine in footprint.items():
            for place, how in self._meeting(cell):
                bound = rule(mine, how)
                if bound is _Bound.YES:
                    always.add(place)
                elif bound is _Bound.ABSENT:
                    absent.setdefault(cell, set()).add(place)
        return _Against(
            sorted(always), {cell: sorted(each) for cell, each in absent.items()}
        )

    def _meeting(self, cell: Cell) -> Iterator[tuple[int, How]]:
        number, key = cell
        keys: Mapping[object, list[tuple[int, How]]] = self._cells.get(number, {})
        if key is EVERY:
            for found in keys.values():
                yield from found
            return
        yield from keys.get(key, ())
        yield from keys.get(EVERY, ())


_NEEDS: Final = How.NEED | How.TAKE


def _stays_behind(mine: How, other: How) -> _Bound:
    """Whether a possible event with `mine` cannot come before one with `other`.

    Adding never hinders what only needs or takes.  What needs something that is
    there now will find it whatever is added; and if others take copies away,
    whoever comes later found one left.
    """
    if not (mine | other) & CHANGES:
        return _Bound.NO
    if mine == How.ADD and not other & (How.READ | How.WRITE):
        return _Bound.NO
    if not mine & ~_NEEDS and other == How.ADD:
        return _Bound.ABSENT
    if mine == How.NEED and not other & ~_NEEDS:
        return _Bound.NO
    return _Bound.YES


def _waits_for(mine: How, other: How) -> _Bound:
    """Whether an impossible event with `mine` may become possible by `other`."""
    if mine & How.READ and other & CHANGES:
        return _Bound.YES
    if mine & How.NEED and other & How.WRITE:
        return _Bound.YES
    if mine & How.NEED and other & How.ADD:
        return _Bound.ABSENT
    return _Bound.NO


def _present(state: State, cell: Cell) -> bool:
    """Whether a set or bag in a state has something in a cell."""
    number, key = cell  # EVERY is in none
    value = state[number]
    if isinstance(value, tuple):
        return isinstance(key, int) and 1 <= key <= len(value)
    return isinstance(value, Fn | frozenset) and key in value


def _has(places: list[int], low: int, high: int) -> bool:
    at = bisect_left(places, low)
    return at < len(places) and places[at] < high
