"""All that a trace says, wherever it says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.trace.model import UNKNOWN, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspec.trace.model import Event, Observation, Trace
    from pyspec.values import Value

__all__ = ["Heard", "Said", "calls_of", "distinct", "observations_of", "values_of"]

_REMEMBERED: Final = 1 << 16


def distinct(events: Iterable[Event]) -> Iterator[Event]:
    """Leave out events that say what one before them says, mostly."""
    seen = Heard()
    for event in events:
        said = Said(event)
        if said not in seen:
            seen.add(said)
            yield event


class Said:
    """What an event says, to be looked up: its values are gone through just once."""

    __slots__ = ("_hash", "_said")

    def __init__(self, event: Event) -> None:
        self._said = event.steps, event.observations
        self._hash = hash(self._said)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Said) and self._said == other._said


class Heard:
    """What events have said, as much of it as is worth its memory."""

    def __init__(self) -> None:
        self._said: set[Said] = set()

    def __len__(self) -> int:
        return len(self._said)

    def __contains__(self, said: Said) -> bool:
        return said in self._said

    def add(self, said: Said) -> None:
        """Remember what an event says, and forget all before if that is too much."""
        if len(self._said) >= _REMEMBERED:
            self._said.clear()
        self._said.add(said)


def calls_of(trace: Trace) -> Iterator[Call]:
    """Return the calls of actions, silent ones too."""
    yield from (silent.call for silent in trace.silent)
    for event in trace.events:
        yield from (step for step in event.steps if isinstance(step, Call))


def observations_of(trace: Trace) -> Iterator[Observation]:
    """Return what was observed, at the beginning too."""
    yield from trace.init
    for event in trace.events:
        yield from event.observations


def values_of(trace: Trace) -> Iterator[Value]:
    """Return the values in calls, also what EXPECT says is owed, and observations."""
    for each in observations_of(trace):
        yield from (*each.path.arguments, *each.path.selectors, each.value)
    owed = trace.expect.call if trace.expect is not None else None
    for call in (*calls_of(trace), *([owed] if owed is not None else [])):
        yield from (v for v in call.arguments or () if v is not UNKNOWN)
