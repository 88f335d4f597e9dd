"""All that a trace says, wherever it says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.trace.model import UNKNOWN, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspec.trace.model import Event, Observation, Trace
    from pyspec.values import Value

__all__ = ["calls_of", "distinct", "observations_of", "values_of"]

_REMEMBERED: Final = 1 << 16


def distinct(events: Iterable[Event]) -> Iterator[Event]:
    """Leave out events that say what one before them says, mostly."""
    seen: set[object] = set()
    for event in events:
        said = event.steps, event.observations
        if said not in seen:
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen.add(said)
            yield event


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
    """Return the values in calls and observations."""
    for each in observations_of(trace):
        yield from (*each.path.arguments, *each.path.selectors, each.value)
    for call in calls_of(trace):
        yield from (v for v in call.arguments or () if v is not UNKNOWN)
