r"""Traces that chance makes up, and a search for what replay decides of them.

The search is by all states that a spec leaves possible; where they lead to is
asked of `pyspec.load` and a module in which a variable has the step's name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.state import Step
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Call,
    Event,
    Observation,
    Path,
    Relation,
    Silent,
    Skip,
    Trace,
)
from pyspec.values import Fn
from pyspec.values.names import names_in

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pyspec.language import Spec
    from pyspec.language.state import State
    from pyspec.values import ModelValue, Value

__all__ = ["Found", "Recorder", "search"]

Found = tuple[bool, int, frozenset[Any]]
"""Whether a trace is matched, how many events are, and the states at the end."""

OPERATORS: Final[Mapping[str, tuple[str, Callable[[Any], Value]]]] = {
    "Total": ("f", lambda f: sum(f.values())),
    "Size": ("s", len),
}
"""What may be observed besides variables, and how it is had from one."""


def search(recorder: Recorder, trace: Trace) -> Found:
    """Go through all states that a trace may lead to, event by event.

    After a rejection the states are those before the event.  Raises
    EvaluationError if where a state leads to has no value.
    """
    way = _Search(recorder, trace)
    states = {*recorder.first()}
    for place, event in enumerate(trace.events):
        states = way.closed(states)
        found = way.taken(event, states)
        if not found:
            return False, place, frozenset(states)
        states = found
    return True, len(trace.events), frozenset(states)


@dataclass
class Recorder:
    """Records traces of a spec, and spoils some of them.

    - told: the spec with a last variable that has the step's name and arguments
    - unknown: actions whose arguments are never told
    - people: the names that are told as seldom as `mentions` says
    """

    told: Spec
    constants: Mapping[str, Value]
    random: random.Random
    people: AbstractSet[ModelValue]
    unknown: Sequence[str] = ()
    mentions: float = 0.0
    known: dict[State, list[Step]] = field(default_factory=dict)

    @property
    def variables(self) -> Sequence[str]:
        """The spec's own variables."""
        return tuple(self.told.variables[:-1])

    def first(self) -> list[State]:
        """Return the initial states."""
        return [state[:-1] for state in self.told.initial_states()]

    def after(self, state: State) -> list[Step]:
        """Return the steps from a state."""
        if state not in self.known:
            ends = (step.state for step in self.told.successors((*state, ())))
            self.known[state] = [
                Step(name, tuple(given), tuple(after))
                for *after, (name, *given) in ends
            ]
        return self.known[state]

    def trace(self) -> Trace:
        """Return a trace; most end with an event that is impossible."""
        state = self.random.choice(self.first())
        events: list[Event] = []
        for _ in range(self.random.randrange(2, 9)):
            before = state
            steps, state = self.steps(state)
            events.append(Event(0, steps, self.observations(before, state)))
        if self.random.random() < 0.3:
            one, other = (self.random.randrange(len(events)) for _ in "12")
            events[one], events[other] = events[other], events[one]
        if self.random.random() < 0.8:
            events.append(Event(0, (Call("Never"),)))
        numbered = tuple(replace(e, number=n) for n, e in enumerate(events, 1))
        return Trace("Made", numbered, constants=self.constants, silent=self.silent())

    def steps(self, state: State) -> tuple[tuple[Any, ...], State]:
        """Return the steps of an event, and where they led."""
        found: list[Any] = []
        for _ in range(self.random.choice((1, 1, 1, 1, 1, 1, 2))):
            possible = self.after(state)
            moving = [step for step in possible if step.state != state]
            if not possible or self.random.random() < 0.03:
                found.append(Skip())
            elif moving and self.random.random() < 0.05:
                found.append(AnyStep())
                state = self.random.choice(moving).state
            else:
                step = self.random.choice(moving or possible)
                found.append(self.called(step))
                state = step.state
        return tuple(found), state

    def called(self, step: Step) -> Call:
        """Return what is told of a step."""
        told = step.arguments and step.action not in self.unknown
        if not told or self.random.random() >= self.mentions:
            return Call(step.action)
        hidden = (self.random.random() < 0.5 for _ in step.arguments)
        pairs = zip(hidden, step.arguments, strict=True)
        return Call(step.action, tuple(UNKNOWN if h else v for h, v in pairs))

    def silent(self) -> tuple[Silent, ...]:
        """Return what may happen unrecorded; mostly nothing."""
        names = {step.action for steps in self.known.values() for step in steps}
        if self.random.random() > 0.1 or not names:
            return ()
        call = Call(self.random.choice(sorted(names)))
        return (Silent(call, self.random.choice((0, 1, 2))),)

    def observations(self, before: State, after: State) -> tuple[Observation, ...]:
        """Return what was seen of two states, some of which may be made up."""
        found = []
        for _ in range(self.random.choice((0, 0, 0, 0, 1, 1, 2))):
            primed = self.random.random() < 0.7
            state = after if primed else before
            if self.random.random() < 0.15:
                state = self.random.choice([*self.known])
            seen = [*self.seen(state, primed=primed)]
            told = self.random.random() < self.mentions
            fitting = [each for each in seen if told or not self._mentions(each)]
            found += self.random.sample(fitting, min(1, len(fitting)))
        return tuple(found)

    def seen(self, state: State, *, primed: bool) -> Iterator[Observation]:
        """Return all that may be observed of a state."""
        values = dict(zip(self.variables, state, strict=True))
        for name, value in values.items():
            yield Observation(Path(name), Relation.EQUALS, value, primed)
            if isinstance(value, Fn):
                for key, of in value.items():
                    path = Path(name, selectors=(key,))
                    yield Observation(path, Relation.EQUALS, of, primed)
            if isinstance(value, frozenset):
                for each in sorted(value, key=repr):
                    yield Observation(Path(name), Relation.CONTAINS, each, primed)
        for name, (variable, made) in OPERATORS.items():
            if variable in values:
                value = made(values[variable])
                yield Observation(Path(name), Relation.EQUALS, value, primed)
        if "g" in values:
            some = frozenset({values["g"], self.random.randrange(3)})
            yield Observation(Path("g"), Relation.ONE_OF, some, primed)
        if "l" in values:
            size = len(values["l"])
            yield Observation(Path("l", length=True), Relation.EQUALS, size, primed)

    def _mentions(self, seen: Observation) -> bool:
        return not self.people.isdisjoint(names_in((*seen.path.selectors, seen.value)))


@dataclass
class _Search:
    recorder: Recorder
    trace: Trace

    def taken(self, event: Event, states: Iterable[State]) -> set[State]:
        """Return the states after an event."""
        before = [each for each in event.observations if not each.primed]
        after = [each for each in event.observations if each.primed]
        found = {state for state in states if self._has(before, state)}
        for step in event.steps:
            found = {end for state in found for end in self._ends(step, state)}
        return {state for state in found if self._has(after, state)}

    def closed(self, states: Iterable[State]) -> set[State]:
        """Add what the silent steps lead to, of which there is one kind at most."""
        found = set(states)
        for silent in self.trace.silent:
            last = set(found)
            for _ in range(silent.maximum or 0):
                last = {end for at in last for end in self._ends(silent.call, at)}
                found |= last
        return found

    def _ends(self, step: object, state: State) -> Iterator[State]:
        if isinstance(step, Skip):
            yield state
        for each in self.recorder.after(state):
            fits = isinstance(step, Call) and _fits(step, each)
            if fits or (isinstance(step, AnyStep) and each.state != state):
                yield each.state

    def _has(self, observations: Iterable[Observation], state: State) -> bool:
        values = dict(zip(self.recorder.variables, state, strict=True))
        return all(_holds(each, values) for each in observations)


def _fits(call: Call, step: Step) -> bool:
    if call.action != step.action or call.arguments is None:
        return call.action == step.action
    pairs = zip(call.arguments, step.arguments, strict=True)
    return all(one is UNKNOWN or one == other for one, other in pairs)


def _holds(observation: Observation, values: Mapping[str, Any]) -> bool:
    path, wanted = observation.path, observation.value
    if path.root in OPERATORS:
        variable, made = OPERATORS[path.root]
        return bool(made(values[variable]) == wanted)
    found = values[path.root]
    for selector in path.selectors:
        if not isinstance(found, Fn) or selector not in found:
            return False
        found = found[selector]
    match observation.relation:
        case Relation.CONTAINS:
            return wanted in found
        case Relation.ONE_OF:
            return isinstance(wanted, frozenset) and found in wanted
    return bool((len(found) if path.length else found) == wanted)
