"""Whether a history of a store is linearizable, by trying (Wing and Gong 1993).

Written independently of `pyspec.conformance.histories`, and slow: for the short
histories of these tests.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from refimpl.history import HistoryEvent
    from refimpl.triggers import ProcessId

NEVER = float("inf")


@dataclass(frozen=True)
class Done:
    """An operation on one key, from one place of the history to another."""

    function: str
    value: object
    begun: int
    ended: float

    def after(self, stored: object) -> tuple[bool, object]:
        """Return whether it may have happened to what was stored, and what is then."""
        if self.function == "read":
            return stored == self.value, stored
        if self.function == "write":
            return True, self.value
        assert isinstance(self.value, tuple)
        old, new = self.value
        return stored == old, new


def is_linearizable(history: Iterable[HistoryEvent]) -> bool:
    return all(_in_some_order(done) for done in by_key(history).values())


def by_key(history: Iterable[HistoryEvent]) -> dict[object, tuple[Done, ...]]:
    """Return the operations on each key that took effect, or may have."""
    running: dict[ProcessId, tuple[int, object]] = {}
    found = defaultdict[object, list[Done]](list)
    for place, event in enumerate(history):
        outcome, function, noted = event.happened
        assert isinstance(noted, tuple)
        key, value = noted
        if outcome == "invoke":
            running[event.process] = place, noted
            if function != "read":
                found[key].append(Done(function, value, place, NEVER))
            continue
        begun, asked = running.pop(event.process)
        if function == "read":
            if outcome == "ok":
                found[key].append(Done(function, value, begun, place))
        elif outcome != "info":
            assert noted == asked
            unknown = Done(function, value, begun, NEVER)
            found[key].remove(unknown)
            if outcome == "ok":
                found[key].append(Done(function, value, begun, place))
    return {key: tuple(done) for key, done in found.items()}


def _in_some_order(operations: tuple[Done, ...]) -> bool:
    @cache
    def fits(left: frozenset[Done], stored: object) -> bool:
        first_end = min((each.ended for each in left), default=NEVER)
        if first_end == NEVER:
            return True
        for each in left:
            if each.begun < first_end:
                possible, then = each.after(stored)
                if possible and fits(left - {each}, then):
                    return True
        return False

    return fits(frozenset(operations), None)
