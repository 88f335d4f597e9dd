"""All that a trace says, wherever it says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.trace.model import UNKNOWN, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspec.trace.model import Event, Observation, Trace
    from pyspec.values import Value

__all__ = ["Heard", "calls_of", "distinct", "observations_of", "values_of"]

_REMEMBERED: Final = 1 << 16


def distinct(events: Iterable[Event]) -> Iterator[Event]:
    """Leave out events that say what one before them says, mostly."""
    seen = Heard()
    for event in events:
        if event not in seen:
            seen.add(event)
            yield event


class Heard:
    """What events have said, as much of it as is worth its memory."""

    def __init__(self) -> None:
        self._said: set[object] = set()

    def __len__(self) -> int:
        return len(self._said)

    def __contains__(self, event: Event) -> bool:
        return (event.steps, event.observations) in self._said

    def add(self, event: Event) -> None:
        """Remember what an event says, and forget all before if that is too much."""
        if len(self._said) >= _REMEMBERED:
            self._said.clear()
        self._said.add((event.steps, event.observations))


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
