"""What comes of a run when nothing goes wrong any more: rest, or a circle.

Fairness is about what happens for ever.  A run that comes to rest stays there.  One
that never rests, because a leader sends heartbeats, comes to the same state of the
spec again and again once there is nothing else to do; then what it did between two
visits is what it does for ever.

That is a guess, for an implementation knows more than its spec sees: when its timers
are due, when a process that stands still comes back, or how often it has tried.  So
only a long circle counts, and only one whose end is so late that all has come that was
to come at its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from refimpl.sim.schedule import Happening

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from refimpl.sim.steered import Steered
    from refimpl.sim.system import System

__all__ = ["CALM", "Calm", "Circle", "is_at_rest", "settle"]

CALM: Final = 600
"""After so many events without a fault a run should go round in a circle."""
_SHARE: Final = 2
"""A circle has to be as long as the calm divided by this."""


class Circle(NamedTuple):
    """After `start` events and again after `end` the spec is in the same states.

    `happenings`: so many had happened in the calm before the end, if they are noted.
    """

    start: int
    end: int
    happenings: int = 0


class _Visit(NamedTuple):
    """When the spec was in some states.

    - events, happenings: so many had there been
    - now_ns: the simulated time
    - until_ns: when the last comes of what was pending then
    """

    events: int
    happenings: int
    now_ns: int
    until_ns: int


class Calm:
    """The states that the spec was in since nothing went wrong any more.

    They are noted between two happenings: amid one, nobody knows when the messages
    of its steps will come.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._visits: dict[frozenset[object], list[_Visit]] = {}

    def note(self, events: int, states: Iterable[object], happenings: int = 0) -> None:
        """Note in which states the spec can be after so many events."""
        system = self._system
        visit = _Visit(events, happenings, system.now_ns, system.pending_until_ns)
        self._visits.setdefault(frozenset(states), []).append(visit)

    def longest(self, calm: int) -> Circle | None:
        """Return the longest circle, if it is long enough for so much of a calm."""
        circles = self._longest()
        found = max(circles, key=lambda each: each.end - each.start, default=None)
        if found is None or found.end - found.start < calm // _SHARE:
            return None
        return found

    def _longest(self) -> Iterator[Circle]:
        """Yield the longest circle of each set of states."""
        for visits in self._visits.values():
            last = visits[-1]
            for first in visits:
                if _is_round(first, last):
                    yield _circle(first, last)
                    break

    def shorter(self, circle: Circle) -> Iterator[Circle]:
        """Yield circles that begin where this one does: of 1, 2, 4, ... rounds."""
        for visits in self._visits.values():
            first = next((v for v in visits if v.events == circle.start), None)
            if first is None:
                continue
            ends = [v for v in visits[:-1] if _is_round(first, v)]
            rounds = 1
            while rounds <= len(ends):
                yield _circle(first, ends[rounds - 1])
                rounds *= 2


def _is_round(first: _Visit, last: _Visit) -> bool:
    """Whether something happened between, and all that was pending has come."""
    return first.events < last.events and first.until_ns <= last.now_ns


def _circle(first: _Visit, last: _Visit) -> Circle:
    return Circle(first.events, last.events, last.happenings)


def settle(
    system: Steered, stay_down: frozenset[str], most: int
) -> Iterator[Happening]:
    """Let happen what happens by itself, and yield what did, until `most` events.

    First who is down comes back: nobody knows how long the rest takes.  Then comes
    what is in flight, then timers in the order in which they are due.
    """
    while system.events < most:
        due = next(_due(system, stay_down), None)
        if due is None or not system.take(due):
            return
        yield due


def is_at_rest(system: System, stay_down: frozenset[str]) -> bool:
    """Whether nothing happens by itself."""
    return next(_due(system, stay_down), None) is None


def _due(system: System, stay_down: frozenset[str]) -> Iterator[Happening]:
    for node in system.nodes.values():
        if node.process is None and node.role.name not in stay_down:
            yield Happening("restart", node.id, system.now_ns)
    waiting = {id(each) for node in system.nodes.values() for each in node.deferred}
    for each in system.in_flight.values():
        if id(each) not in waiting:
            yield Happening(
                "deliver", each.to, system.now_ns, each.sender, each.message
            )
    timers = [
        (running.due_ns, running.setting, node.id, running.timer)
        for node in system.nodes.values()
        for running in node.timers.values()
    ]
    for due_ns, _, name, timer in sorted(timers, key=lambda each: each[:2]):
        at_ns = max(system.now_ns, due_ns)
        yield Happening("fire", name, at_ns, timer=timer)
