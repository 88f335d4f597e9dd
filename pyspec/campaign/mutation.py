"""Does what a trace observes matter?

Each observation of a conforming trace is changed to another value that the
same trace observes there elsewhere, and the changed trace must be rejected.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspec.conformance import Judgement, ask
from pyspec.trace.model import Observation, Path, Relation
from pyspec.values import Bool, boolean, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspec.conformance import Engine, Spec
    from pyspec.trace.model import Event, Trace
    from pyspec.values import Value


def unnoticed(
    traces: Sequence[Trace],
    spec: Spec,
    engine: Engine,
) -> tuple[int, list[str]]:
    """Return how many observations were changed, and those nobody noticed.

    A field is unconstrained if no change of it anywhere is noticed; one change
    that goes unnoticed while others are rejected only *commutes*.
    """
    changed = [item for trace in traces for item in changes_of(trace)]
    verdicts = engine.decide([ask(spec, trace) for _, trace in changed])
    noticed: defaultdict[str, list[bool]] = defaultdict(list)
    for (label, _), verdict in zip(changed, verdicts, strict=True):
        noticed[label].append(verdict.judgement is not Judgement.CONFORMS)
    missed = [
        f"unconstrained: {label}"
        for label, rejections in noticed.items()
        if not any(rejections)
    ]
    return len(changed), missed


def changes_of(trace: Trace) -> Iterator[tuple[str, Trace]]:
    """Yield each changed trace with the name of the field that was changed."""
    values = _values_of(trace)
    for place, event in enumerate(trace.events):
        for spot, observation in enumerate(event.observations):
            if observation.relation is not Relation.EQUALS:
                continue
            other = _another(observation, values)
            if other is None:
                continue
            call = event.steps[-1]
            name = getattr(call, "action", type(call).__name__)
            yield (
                f"{observation.path.root} of {name}",
                _with(trace, place, _changed(event, spot, other)),
            )


def _values_of(trace: Trace) -> dict[str, list[Value]]:
    """Values observed of each variable's kind of path, in canonical order."""
    seen: defaultdict[str, set[Value]] = defaultdict(set)
    for observation in [
        *trace.init,
        *(o for event in trace.events for o in event.observations),
    ]:
        if observation.relation is Relation.EQUALS:
            seen[_kind(observation.path)].add(observation.value)
    return {kind: canonical(values) for kind, values in seen.items()}


def _kind(path: Path) -> str:
    """Paths of one kind differ only in whose field it is: rmState[r1], [r2]."""
    return f"{path.root}/{len(path.selectors)}/{path.length}"


def _another(
    observation: Observation,
    values: dict[str, list[Value]],
) -> Value | None:
    value = observation.value
    if isinstance(value, Bool):
        return boolean(truth=not value)
    for other in values[_kind(observation.path)]:
        if other != value:
            return other
    return None


def _changed(event: Event, spot: int, value: Value) -> Event:
    observations = list(event.observations)
    observations[spot] = replace(observations[spot], value=value)
    return replace(event, observations=tuple(observations))


def _with(trace: Trace, place: int, event: Event) -> Trace:
    events = (*trace.events[:place], event, *trace.events[place + 1 :])
    return replace(trace, events=events, expect=None)
