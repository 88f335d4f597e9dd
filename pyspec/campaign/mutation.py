"""Does what a trace says matter?

A conforming trace is changed in one place, and the changed trace must be
rejected: an observation has another value that is observed there elsewhere, or
an event is dropped, repeated, or swapped with the next.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pyspec.conformance import Judgement, ask
from pyspec.trace.model import Observation, Path, Relation, Skip
from pyspec.trace.write import show_steps
from pyspec.values import Bool, boolean, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyspec.conformance import Engine, Spec
    from pyspec.trace.model import Event, Trace
    from pyspec.values import Value

__all__ = [
    "Change",
    "Kind",
    "Survey",
    "changes_of",
    "mutants_of",
    "survey",
    "unnoticed",
]


class Kind(enum.Enum):
    """How a trace is changed."""

    FIELD = "field"
    DROPPED = "dropped"
    REPEATED = "repeated"
    SWAPPED = "swapped"


_DOING: Final = {
    Kind.DROPPED: "dropping",
    Kind.REPEATED: "repeating",
    Kind.SWAPPED: "swapping with the next",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A changed trace: what was done, to which event, and the field, if it was one.

    `field` is `variable of Action`: it is one and the same in many events.
    """

    kind: Kind
    event: Event
    trace: Trace
    field: str | None = None

    def __str__(self) -> str:
        """Return what was changed, and where."""
        steps = f"event {self.event.number}, {show_steps(self.event)}"
        if self.field is not None:
            return f"{self.field.partition(' of ')[0]} of {steps}"
        return f"{_DOING[self.kind]} {steps}"


@dataclass(frozen=True, slots=True)
class Survey:
    """What became of the changes of some traces.

    - tried, noticed: changes, and those that were rejected, by kind
    - unconstrained: changes of a field of which no change was noticed anywhere
    - commuting: other changes that were not noticed
    - undecided: changes that no verdict was reached on
    """

    tried: Counter[Kind]
    noticed: Counter[Kind]
    unconstrained: tuple[Change, ...] = ()
    commuting: tuple[Change, ...] = ()
    undecided: tuple[Change, ...] = ()

    @property
    def rate(self) -> float:
        """The share of changes that were noticed, of those decided; 1 of none."""
        decided = self.tried.total() - len(self.undecided)
        return self.noticed.total() / decided if decided else 1.0


def survey(changes: Iterable[Change], spec: Spec, engine: Engine) -> Survey:
    """See which changes of conforming traces are noticed."""
    made = list(changes)
    verdicts = engine.decide([ask(spec, change.trace) for change in made])
    judged = [(c, v.judgement) for c, v in zip(made, verdicts, strict=True)]
    of = {each: [c for c, said in judged if said is each] for each in Judgement}
    noticed = [*of[Judgement.REJECTED], *of[Judgement.MALFORMED]]
    constrained = {change.field for change in noticed}
    missed = of[Judgement.CONFORMS]
    return Survey(
        Counter(change.kind for change in made),
        Counter(change.kind for change in noticed),
        tuple(c for c in missed if c.field and c.field not in constrained),
        tuple(c for c in missed if not c.field or c.field in constrained),
        tuple(of[Judgement.UNKNOWN]),
    )


def unnoticed(
    traces: Sequence[Trace],
    spec: Spec,
    engine: Engine,
) -> tuple[int, list[str]]:
    """Return how many observations were changed, and those nobody noticed.

    A field is unconstrained if no change of it anywhere is noticed; one change
    that goes unnoticed while others are rejected only *commutes*.
    """
    found = survey((c for trace in traces for c in changes_of(trace)), spec, engine)
    unsure = {change.field for change in found.undecided}
    fields = dict.fromkeys(change.field for change in found.unconstrained)
    missed = [f"unconstrained: {field}" for field in fields if field not in unsure]
    return found.tried.total(), missed


def mutants_of(trace: Trace) -> Iterator[Change]:
    """Yield the trace with one change, for each that means something else.

    The last event is not dropped, and SKIP is neither dropped nor repeated nor
    moved: what is left says less, and nothing wrong.
    """
    yield from changes_of(trace)
    events = trace.events
    for place, event in enumerate(events):
        if all(isinstance(step, Skip) for step in event.steps):
            continue
        before, after = events[:place], events[place + 1 :]
        if after:
            yield _order(Kind.DROPPED, trace, event, (*before, *after))
            moved = (*before, after[0], event, *after[1:])
            if after[0].steps != event.steps:
                yield _order(Kind.SWAPPED, trace, event, moved)
        yield _order(Kind.REPEATED, trace, event, (*before, event, event, *after))


def _order(kind: Kind, trace: Trace, event: Event, events: tuple[Event, ...]) -> Change:
    numbered = tuple(replace(e, number=n) for n, e in enumerate(events, 1))
    return Change(kind, event, replace(trace, events=numbered, expect=None))


def changes_of(trace: Trace) -> Iterator[Change]:
    """Yield the trace with one observation changed, for each that can be."""
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
            changed = _with(trace, place, _changed(event, spot, other))
            field = f"{observation.path.root} of {name}"
            yield Change(Kind.FIELD, event, changed, field)


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
