"""What a rejected trace needs to be rejected: its core.

What a trace says is taken away, fact by fact: observations are left out,
arguments become `_`, steps become `?`.  The core is a trace of which nothing
more can be taken away: the same event is rejected, and with any further fact
gone it is not.  Events after it are left out to begin with.
"""

from __future__ import annotations

import contextlib
import enum
import itertools
from collections import Counter
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

from pyspec.conformance.asking import Asker
from pyspec.conformance.module import arguments_of, drawn_at
from pyspec.conformance.verdict import Judgement
from pyspec.conformance.walk import Walk
from pyspec.errors import Mistake
from pyspec.explore.bounded import deep_recursion, ticking
from pyspec.explore.limits import Limits as Bounds
from pyspec.explore.limits import Stopped, Watch
from pyspec.explore.result import Cause
from pyspec.language.runtime.errors import EvaluationError
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Call,
    End,
    Event,
    Expectation,
    Expected,
    Skip,
    Trace,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspec.conformance.verdict import Verdict
    from pyspec.language import Facts
    from pyspec.language.state import State
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Observation, Step

__all__ = ["MOST_TRIED", "Core", "Fact", "Kind", "facts_of", "minimize", "without"]

MOST_TRIED: Final = 5_000
"""States that one trial may go on from at one event."""
_MOST_AT_ONCE: Final = 1_000
"""The same of one that takes away several facts: halves of it may be cheaper."""
_TRIAL_S: Final = 3.0
_MOST_KEPT: Final = 200_000
"""States, of all places together, that trials may begin with."""
_MOST_SINGLE: Final = 3
"""Arguments of a call that are taken away one by one; of more all at once."""


class Kind(enum.Enum):
    """What a trace can say."""

    OBSERVATION = "observations"
    ARGUMENT = "arguments"
    STEP = "steps"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a trace says, and that can be taken away.

    - event: the place of its event; -1 for what INIT observes
    - step: the place of the step in the event; 0 of an observation
    - place: of the observation, or of the argument; None for all arguments
    """

    kind: Kind
    event: int
    step: int = 0
    place: int | None = 0


@dataclass(frozen=True, slots=True)
class Core:
    """A trace that is rejected at the same event, for as little as it says.

    - kept, said: how many facts are left, and were there, of each kind; there are
      those of the events up to the rejected one
    - minimal: without any further fact the event is not rejected; else time or
      states did not suffice to know that
    """

    trace: Trace
    kept: Counter[Kind]
    said: Counter[Kind]
    minimal: bool
    trials: int
    seconds: float


def minimize(
    verdict: Verdict,
    toolchain: Callable[[], Toolchain],
    *,
    seconds: float = 60.0,
) -> Core | None:
    """Return the core of a rejected trace; None if replay does not reject it so.

    What is possible with `_` and `?` includes what was possible: of what would
    not, nothing is taken away.  Raises ValueError for other verdicts.
    """
    if verdict.judgement is not Judgement.REJECTED:
        msg = "only a rejected trace has a core"
        raise ValueError(msg)
    question = verdict.question
    asker = Asker.of(question.spec, question.constants, toolchain)
    with deep_recursion():
        return _Search(verdict, asker, perf_counter() + seconds).core()


class _Tried(enum.Enum):
    SAME = "same"
    OTHER = "other"
    UNDECIDED = "undecided"


class _Search:
    """Takes away as much as it can."""

    def __init__(self, verdict: Verdict, asker: Asker, ends: float) -> None:
        self.began = perf_counter()
        self.ends = ends
        self.asker = asker
        self.trace = _up_to(verdict)
        self.is_init = verdict.event is None
        # If no number of silent steps helps, it shall be so of the core, too.
        self.bounded = verdict.bound is not None
        self.facts = list(facts_of(self.trace, asker.facts))
        self.gone: frozenset[Fact] = frozenset()
        self.unsure: set[Fact] = set()
        self.known: dict[_Unit, frozenset[Fact]] = {}
        self.trials = 0
        self.most = MOST_TRIED
        self.count: Iterator[int] = itertools.repeat(0)
        self.asking = asker.asking([self.trace])

    def core(self) -> Core | None:
        """Go from what blows up least to what blows up most."""
        if not self._is_as_told():
            return None
        for kind in Kind:
            self._take_all(_units(self.facts, kind))
        self._take_single_arguments()
        self._check()
        return self._made()

    def _is_as_told(self) -> bool:
        """Replay the trace as it is; where it is rejected every trial is to lead."""
        self._forget()
        place = -1 if self.is_init else len(self.trace.events) - 1
        walk = self._walk(self.trace)
        try:
            is_rejected = not walk.go()
        except (Stopped, EvaluationError):
            return False
        self.tried_in = walk.states
        return is_rejected and walk.matched == place

    # ------------------------------------------------------------ taking away

    def _take_all(self, units: Sequence[_Unit]) -> None:
        """Take away what can be, the last first: what comes before stays as it was."""
        self._forget()
        self._take(units[::-1])

    def _take(self, units: Sequence[_Unit]) -> None:
        """Take away all of these, or else what can be of each half."""
        units = [unit for unit in units if not all(map(self._is_void, unit))]
        if not units:
            return
        gone = self.gone.union(*units)
        if len(units) == 1 and self.known.get(units[0]) == gone:
            return  # tried already, and nothing has changed since
        self.known[frozenset().union(*units)] = gone
        self.most = MOST_TRIED if len(units) == 1 else _MOST_AT_ONCE
        found = self._trial(gone)
        if found is _Tried.SAME:
            self.gone = gone
        elif len(units) == 1:
            self.unsure.difference_update(units[0])
            if found is _Tried.UNDECIDED:
                self.unsure.update(units[0])
        else:
            middle = len(units) // 2
            self._take(units[:middle])
            self._take(units[middle:])

    def _take_single_arguments(self) -> None:
        """Look at the arguments one by one, of calls that need some of them."""
        units = _units(self.facts, Kind.ARGUMENT)
        units = [u for u in units if len(u) > 1 and not all(map(self._is_void, u))]
        if units:
            self.asking = self.asker.asking([_forms(self.trace, units)])
            self._take_all(
                [
                    frozenset({fact})
                    for unit in units
                    for fact in sorted(unit, key=_order)
                ]
            )

    def _check(self) -> None:
        """See that each fact that is left is needed, now that others are gone."""
        before = None
        while before != self.gone and perf_counter() < self.ends:
            before = self.gone
            self._forget()
            for fact in sorted(self.facts, key=_order, reverse=True):
                self._take([frozenset({fact})])

    def _is_void(self, fact: Fact) -> bool:
        """Whether it is gone already, by itself or with its step."""
        step = Fact(Kind.STEP, fact.event, fact.step)
        is_of_step = fact.kind is Kind.ARGUMENT
        return fact in self.gone or (is_of_step and step in self.gone)

    # ------------------------------------------------------------ trials

    def _trial(self, gone: frozenset[Fact]) -> _Tried:
        """Replay without these facts."""
        left = self.ends - perf_counter()
        if left <= 0:
            return _Tried.UNDECIDED
        self.trials += 1
        self.count = itertools.count()
        watch = Watch(Bounds(min(_TRIAL_S, left)))
        try:
            with ticking(watch.look):
                return self._replayed(gone)
        except Stopped as stopped:
            if stopped.cause is Cause.STOPPED:
                raise
            return _Tried.UNDECIDED
        except EvaluationError:
            return _Tried.OTHER

    def _replayed(self, gone: frozenset[Fact]) -> _Tried:
        trace = without(self.trace, gone)
        walk = self._walk(trace)
        if self.is_init:
            return _Tried.OTHER if walk.start() else _Tried.SAME
        first = self._begin(walk, gone)
        if first is None:
            return _Tried.OTHER
        *before, last = trace.events[first:]
        if not all(self._goes_on(walk, event) for event in before):
            return _Tried.OTHER
        if self._goes_on(walk, last):
            return _Tried.OTHER
        # Who says less must allow more: no event is to be rejected for its `?`.
        return _Tried.SAME if walk.states >= self.tried_in else _Tried.OTHER

    def _goes_on(self, walk: Walk, event: Event) -> bool:
        """Match an event, from no more states than a trial may look at."""
        self.count = itertools.count()
        return walk.take(event)

    def _begin(self, walk: Walk, gone: frozenset[Fact]) -> int | None:
        """Begin at the first event that says less than when states were kept."""
        changed = min((fact.event for fact in gone - self.settled), default=0)
        if changed < 0:
            return 0 if walk.start() else None
        if not self.prefixes:
            self._keep(without(self.trace, self.settled))
        first = min(changed, len(self.prefixes) - 1)
        walk.states, walk.matched = self.prefixes[first], first
        return first

    def _forget(self) -> None:
        """Have the states before each event kept anew, of what is gone by now."""
        self.settled = self.gone
        self.prefixes: list[set[State]] = []
        self.walks: dict[object, Walk] = {}

    def _keep(self, trace: Trace) -> None:
        """Keep the states before each event, as far as there is room."""
        counted, self.count = self.count, itertools.repeat(0)
        walk = self._walk(trace)
        walk.start()
        kept = 0
        for event in trace.events:
            self.prefixes.append(walk.states)
            kept += len(walk.states)
            if kept > _MOST_KEPT or not walk.take(event):
                break
        self.count = counted

    def _walk(self, trace: Trace) -> Walk:
        """Return the walk that begins as a trace does; it remembers its events."""
        if trace.init not in self.walks:
            self.walks[trace.init] = Walk(
                self.asking, trace, self._look, bounded=self.bounded
            )
        return self.walks[trace.init]

    def _look(self) -> None:
        if next(self.count) > self.most:
            raise Stopped(Cause.STATES, f"more than {self.most:,} states")

    # ------------------------------------------------------------ the answer

    def _made(self) -> Core:
        expect = None
        if not self.is_init:
            number = self.trace.events[-1].number
            expect = Expectation(Expected.REJECTED, number)
        left = [fact for fact in self.facts if not self._is_void(fact)]
        return Core(
            replace(_telling(without(self.trace, self.gone)), expect=expect),
            Counter(fact.kind for fact in left),
            Counter(fact.kind for fact in self.facts),
            minimal=perf_counter() < self.ends and self.unsure.isdisjoint(left),
            trials=self.trials,
            seconds=perf_counter() - self.began,
        )


# --------------------------------------------------------------------------
# What a trace says

_Unit: TypeAlias = "frozenset[Fact]"
"""Facts that are taken away together."""


def facts_of(trace: Trace, facts: Facts) -> Iterator[Fact]:
    """Return what a trace says that can be taken away, event by event.

    A step that is SKIP stays, as do arguments that Next draws from nowhere.
    """
    for place in range(len(trace.init)):
        yield Fact(Kind.OBSERVATION, -1, 0, place)
    for number, event in enumerate(trace.events):
        for place in range(len(event.observations)):
            yield Fact(Kind.OBSERVATION, number, 0, place)
        for part, step in enumerate(event.steps):
            if isinstance(step, Call):
                yield Fact(Kind.STEP, number, part)
                for which in _arguments(step, facts):
                    yield Fact(Kind.ARGUMENT, number, part, which)


def _arguments(call: Call, facts: Facts) -> Sequence[int | None]:
    """Return the places of known arguments that may as well be drawn."""
    given = arguments_of(call, facts)
    known: list[int | None] = [n for n, v in enumerate(given) if v is not UNKNOWN]
    with contextlib.suppress(Mistake):
        if known:
            drawn_at(facts, call.action)
            return known if len(given) <= _MOST_SINGLE else [None]
    return ()


def without(trace: Trace, gone: frozenset[Fact]) -> Trace:
    """Return a trace that does not say these."""
    by_event: dict[int, set[Fact]] = {}
    for fact in gone:
        by_event.setdefault(fact.event, set()).add(fact)
    init = _seen(trace.init, by_event.get(-1, set()))
    events = tuple(
        _event(event, by_event[place]) if place in by_event else event
        for place, event in enumerate(trace.events)
    )
    return replace(trace, init=init, events=events)


def _event(event: Event, gone: set[Fact]) -> Event:
    steps = tuple(
        _step(step, [fact for fact in gone if fact.step == part])
        for part, step in enumerate(event.steps)
    )
    return replace(event, steps=steps, observations=_seen(event.observations, gone))


def _seen(every: Sequence[Observation], gone: set[Fact]) -> tuple[Observation, ...]:
    places = {fact.place for fact in gone if fact.kind is Kind.OBSERVATION}
    return tuple(o for place, o in enumerate(every) if place not in places)


def _step(step: Step, gone: Sequence[Fact]) -> Step:
    if not isinstance(step, Call):
        return step
    if any(fact.kind is Kind.STEP for fact in gone):
        return AnyStep()
    places = {fact.place for fact in gone if fact.kind is Kind.ARGUMENT}
    if not places or step.arguments is None:
        return step
    return replace(
        step,
        arguments=tuple(
            UNKNOWN if None in places or place in places else value
            for place, value in enumerate(step.arguments)
        ),
    )


def _units(facts: Iterable[Fact], kind: Kind) -> list[_Unit]:
    """Return the facts of a kind in order, the arguments of a call together."""
    units: dict[object, set[Fact]] = {}
    for fact in facts:
        if fact.kind is kind:
            is_alone = kind is not Kind.ARGUMENT
            key = fact if is_alone else (fact.event, fact.step)
            units.setdefault(key, set()).add(fact)
    return [frozenset(unit) for unit in units.values()]


def _order(fact: Fact) -> tuple[int, int, str, int]:
    place = -1 if fact.place is None else fact.place
    return fact.event, fact.step, fact.kind.value, place


def _forms(trace: Trace, units: Iterable[_Unit]) -> Trace:
    """Return a trace that calls actions in all forms that trials may need."""
    events = [
        _event(trace.events[fact.event], set(some))
        for unit in units
        for size in range(1, len(unit) + 1)
        for some in itertools.combinations(sorted(unit, key=_order), size)
        for fact in some[:1]
    ]
    return replace(trace, events=tuple(events))


def _telling(trace: Trace) -> Trace:
    """Leave out events that say nothing: no step, and nothing observed.

    Where silent steps are counted they begin a new count, and so are kept.
    """
    if any(each.maximum is not None for each in trace.silent):
        return trace
    events = tuple(event for event in trace.events if not _is_mute(event))
    return replace(trace, events=events)


def _is_mute(event: Event) -> bool:
    steps = all(isinstance(step, Skip) for step in event.steps)
    return steps and not event.observations


def _up_to(verdict: Verdict) -> Trace:
    """Return the trace up to the rejected event."""
    trace = verdict.question.trace
    until = 0 if verdict.event is None else verdict.matched + 1
    return replace(trace, events=trace.events[:until], end=End.CUT, expect=None)
