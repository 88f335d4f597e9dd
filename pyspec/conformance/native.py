"""Replay decided by the native engine: sets of states, event by event.

`NativeEngine` answers for whole traces, `Monitor` for events as they come.
"""

from __future__ import annotations

import contextvars
import hashlib
from dataclasses import replace
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

from pyspec.conformance.asking import Asker
from pyspec.conformance.explain import Detail, Probe, can_be_explained, explain
from pyspec.conformance.judging import Judging, ends_matter, online, unrepeatable
from pyspec.conformance.module import Formulas, Literals
from pyspec.conformance.question import ask
from pyspec.conformance.said import Said
from pyspec.conformance.tlc_engine import (
    Limits,
    grouped,
    printed_values,
    rejection,
)
from pyspec.conformance.verdict import Judgement, Verdict
from pyspec.conformance.walk import MOST_STATES, Walk
from pyspec.errors import Interrupted, Mistake
from pyspec.explore.bounded import deep_recursion, ticking
from pyspec.explore.limits import Limits as Bounds
from pyspec.explore.limits import Stopped, Watch
from pyspec.explore.result import Cause
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import tlc
from pyspec.values import ModelValue

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pyspec.conformance.question import Question, Spec
    from pyspec.conformance.verdict import Explanation
    from pyspec.conformance.walk import Asking, Plan
    from pyspec.language.state import State
    from pyspec.language.stepping import Steps
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Call, Event, Trace
    from pyspec.values import Value

__all__ = ["Monitor", "NativeEngine"]

_MOST_PROBED: Final = 200
"""States that an explanation looks at."""


class NativeEngine:
    """Answers by the compiled spec; no JVM runs for what was compiled before."""

    def __init__(
        self,
        toolchain: Callable[[], Toolchain],
        limits: Limits | None = None,
        *,
        stop: threading.Event | None = None,
        walk: type[Walk] = Walk,
    ) -> None:
        self.toolchain = toolchain
        self.limits = limits or Limits()
        self.stop = stop
        self.walk = walk

    def decide(self, questions: Sequence[Question]) -> list[Verdict]:
        """Answer each question, in order."""
        answers: dict[int, Verdict] = {}
        for places in grouped(questions):
            run = _Run([questions[place] for place in places], self)
            found = _apart(run.verdicts)
            answers.update(zip(places, found, strict=True))
        return [answers[place] for place in range(len(questions))]


class Monitor:
    """Holds events to a spec as they come.

        monitor = Monitor(spec, header, find_toolchain)
        for event in events:
            verdict = monitor.take(event)
            if verdict is not None:
                ...  # rejected, and why

    `header` is a trace without events: constants, SILENT, INIT.  What a trace
    asks for the first time is compiled then, which takes a second or so unless
    it is kept from before.
    """

    def __init__(
        self,
        spec: Spec,
        header: Trace,
        toolchain: Callable[[], Toolchain],
        limits: Limits | None = None,
    ) -> None:
        """Begin with the initial states; Mistake if the spec cannot be asked this."""
        self.limits = limits or Limits()
        self.question = ask(spec, replace(header, events=()))
        self.matched = 0
        self._asker = Asker.of(spec, self.question.constants, toolchain)
        self._watch = Watch(Bounds(self.limits.timeout_s, self.limits.memory_mb))
        self._context = contextvars.copy_context()
        self._rejected = self._context.run(self._begun)

    def take(self, event: Event) -> Verdict | None:
        """Match an event; None if some behavior does, else the verdict for good.

        Raises Mistake for an event that the spec cannot be asked.
        """
        if self._rejected is None:
            self._rejected = self._context.run(self._taken, event)
        return self._rejected

    def restart(self) -> None:
        """Begin again, for other events after the same header."""
        self.matched = 0
        self._rejected = self._context.run(self._tried, self._walk.start, None)

    def arguments(self, call: Call) -> tuple[Value, ...]:
        """Return those arguments of a call that are known, as the spec has them."""
        return self._asking.arguments(call)

    @property
    def states(self) -> AbstractSet[State]:
        """The states that the spec may be in; after a rejection, those before."""
        return self._walk.states

    @property
    def verdict(self) -> Verdict:
        """What is known so far: that the events conform, or why they do not."""
        if self._rejected is not None:
            return self._rejected
        return online(Verdict(self.question, Judgement.CONFORMS, self.matched))

    def _begun(self) -> Verdict | None:
        _quiet()
        self._asking = self._asker.asking([self.question.trace])
        self._walk = Walk(self._asking, self.question.trace, self._watch.look)
        return self._tried(self._walk.start, None)

    def _taken(self, event: Event) -> Verdict | None:
        self._go_on()
        said = Said(event)
        plan = self._walk.planned(said)
        if plan is None and said not in self._asker.heard:
            alone = replace(self.question.trace, events=(event,))
            self._asker.asking([ask(self.question.spec, alone).trace])
            self._asker.heard.add(said)
            self._go_on()
        return self._tried(lambda: self._walk.take(event, plan), event)

    def _go_on(self) -> None:
        """Go on with what was compiled since, for whatever was asked."""
        if self._asker.made is not self._asking:
            self._asking = self._asker.asking([])
            self._walk.goes_on_with(self._asking)

    def _tried(self, step: Callable[[], bool], event: Event | None) -> Verdict | None:
        try:
            with deep_recursion():
                fits = step()
        except Stopped as stopped:
            return _unknown(self._question(event), self.matched, stopped.message)
        except EvaluationError as error:
            found = _malformed(self._question(event), self.matched, error)
            return replace(found, event=event)
        if fits:
            self.matched = self._walk.matched
            return None
        place = 0 if event is not None else -1
        found = replace(rejection(self._question(event), place), matched=self.matched)
        if not self.limits.explained:
            return found
        tried = _tried_in(self._asking, self._walk, event)
        return _explained(self._asker, {0: tried}, [found], self.limits)[0]

    def _question(self, event: Event | None) -> Question:
        """Return what is asked about: the event alone, if there is one."""
        events = () if event is None else (event,)
        trace = replace(self.question.trace, events=events)
        return replace(self.question, trace=trace)


class _Run:
    """Questions of one spec with one set of constants."""

    def __init__(self, group: Sequence[Question], engine: NativeEngine) -> None:
        self.group = group
        self.limits = engine.limits
        self.stop = engine.stop
        self.asker = Asker.of(
            group[0].spec, group[0].constants, engine.toolchain, engine.stop
        )
        self._rejected: dict[int, _Tried] = {}
        self._unbounded_s = engine.limits.unbounded_total_s
        self._judging = Judging(group, engine.toolchain, engine.stop)
        self._walk = engine.walk

    def verdicts(self) -> list[Verdict]:
        """Answer; a question that cannot be evaluated costs the others nothing."""
        _quiet()
        try:
            self.asking = self.asker.asking([question.trace for question in self.group])
        except (Mistake, EvaluationError) as error:
            return [_malformed(question, 0, error) for question in self.group]
        watch = Watch(Bounds(self.limits.timeout_s, self.limits.memory_mb), self.stop)
        with deep_recursion(), ticking(watch.look):
            answers = [
                self._verdict(place, question)
                for place, question in enumerate(self.group)
            ]
        return _explained(self.asker, self._rejected, answers, self.limits)

    def _verdict(self, place: int, question: Question) -> Verdict:
        whole = not ends_matter(question)
        walk = self._walk(self.asking, question.trace, _nothing, whole=whole)
        again = None
        try:
            conforms = walk.go()
            ends = walk.states
            if conforms:
                again = unrepeatable(question, walk)
        except Stopped as stopped:
            if stopped.cause is Cause.STOPPED:
                raise Interrupted("interrupted while replaying") from None
            matched = min(walk.matched, len(question.trace.events))  # of a loop once
            return _unknown(question, matched, stopped.message)
        except EvaluationError as error:
            return _malformed(question, walk.matched, error)
        if conforms and again is None:
            matched = len(question.trace.events)
            verdict = Verdict(question, Judgement.CONFORMS, matched)
            return self._judging.judged(verdict, self.asking, ends)
        found = rejection(question, walk.matched) if again is None else again
        if len(self._rejected) < self.limits.explained:
            self._rejected[place] = _tried_in(self.asking, walk, found.event)
        return found if found.bound is None else self._without_bound(found)

    def _without_bound(self, verdict: Verdict) -> Verdict:
        """Drop `with at most n silent steps` where no number of them helps."""
        seconds = min(self.limits.unbounded_s, self._unbounded_s)
        if seconds <= 0:
            return verdict  # it claims less than might be true, but nothing false
        watch = Watch(Bounds(seconds, self.limits.memory_mb), self.stop)
        trace = verdict.question.trace
        more = Walk(self.asking, trace, watch.look, bounded=False, whole=True)
        began = perf_counter()
        try:
            more.go()
        except (Stopped, EvaluationError):
            return verdict
        finally:
            self._unbounded_s -= perf_counter() - began
        same = more.matched == verdict.matched
        return replace(verdict, bound=None) if same else verdict


# ------------------------------------------------------------ explaining


class _Tried(NamedTuple):
    """The states in which a rejected event's next step was tried.

    `part` of its steps were possible before; there were `number` such states, of
    which `states` are those that are looked at.
    """

    part: int
    number: int
    states: list[State]


def _tried_in(asking: Asking, walk: Walk, event: Event | None) -> _Tried:
    """Return where the rejected event is impossible; without one it is INIT."""
    part, states = 0, walk.states
    if event is None:
        found = asking.steps.spec.initial_states()
        states = set(islice(found, MOST_STATES))
    elif len(event.steps) > 1:
        part, states = _within(walk.plan(event), states)
    some = sorted(states, key=repr)[:_MOST_PROBED]
    return _Tried(part, len(states), some)


def _within(plan: Plan, tried: set[State]) -> tuple[int, set[State]]:
    """Go as far into an event of several steps as some behavior does."""
    found = {state for state in tried if plan.before(state)}
    if not found:
        return 0, tried
    for part, move in enumerate(plan.moves[:-1]):
        after = {each for state in found for each in move(state)}
        if not after:
            return part, found if part else tried
        found = after
    return len(plan.moves) - 1, found


def _explained(
    asker: Asker,
    rejected: Mapping[int, _Tried],
    verdicts: list[Verdict],
    limits: Limits,
) -> list[Verdict]:
    """Ask at the first impossible events what would have fitted.

    `rejected` says where each was tried, by the verdict's place.
    """
    places = [n for n in rejected if can_be_explained(verdicts[n])]
    for place in places:
        verdicts[place] = replace(verdicts[place], part=rejected[place].part)
    detail: Detail | None = Detail.FULL
    while places and detail is not None:
        probes = {place: Probe(verdicts[place], "", detail) for place in places}
        found = _answered(asker, probes, rejected, limits)
        for place, explanation in found.items():
            verdicts[place] = replace(verdicts[place], explanation=explanation)
        places = [place for place in places if place not in found]
        detail = detail.less
    return verdicts


def _answered(
    asker: Asker,
    probes: Mapping[int, Probe],
    rejected: Mapping[int, _Tried],
    limits: Limits,
) -> dict[int, Explanation]:
    """Explain what can be evaluated; a verdict stands without its explanation."""
    try:
        steps = _probing(asker, probes)
    except (Mistake, EvaluationError):
        if len(probes) == 1:
            return {}
        alone = (_answered(asker, {n: p}, rejected, limits) for n, p in probes.items())
        return {place: each for found in alone for place, each in found.items()}
    watch = Watch(Bounds(limits.explaining_s, limits.memory_mb))
    told = {}
    try:
        with deep_recursion(), ticking(watch.look):
            for place, probe in probes.items():
                told[place] = _told(steps, place, probe, rejected[place])
    except Stopped:
        pass  # what was told by then stands
    return {place: found for place, found in told.items() if found is not None}


def _probing(asker: Asker, probes: Mapping[int, Probe]) -> Steps:
    """Compile the formulas of all probes."""
    literals = Literals(defined=asker.facts.nullary)
    for value in asker.constants.values():
        literals.declare(value)
    formulas = Formulas(asker.facts, literals)
    for place, probe in probes.items():
        probe.tag = _tag(place, probe.formula(formulas))
    bodies = [f"{_name(n)} == {probe.formula(formulas)}" for n, probe in probes.items()]
    wanted = [_name(place) for place in probes]
    names = literals.model_values.items()
    more = {constant: ModelValue(name) for name, constant in names}
    return asker.steps(bodies, (wanted, ()), more)


def _told(steps: Steps, place: int, probe: Probe, tried: _Tried) -> Explanation | None:
    """Return what a probe prints in the states; None if it has no value."""
    none = (None,) * len(steps.spec.variables)
    printed: list[str] = []
    token = tlc.printer.set(printed.append)
    try:
        for state in tried.states:
            for _ in steps.taken(_name(place), state, (), none, none):
                pass
    except EvaluationError:
        return None
    finally:
        tlc.printer.reset(token)
    found = explain(probe, printed_values(printed, probe.tag))
    return replace(found, states=tried.number)


def _name(place: int) -> str:
    return f"pxProbe_{place}"


def _tag(place: int, formula: str) -> str:
    """Return a word that no spec prints by chance, and the same one each time.

    What was compiled for a rejection serves again when it is seen again.
    """
    return f"px{place}_{hashlib.sha256(formula.encode()).hexdigest()[:12]}"


# ------------------------------------------------------------ small things


def _apart(answer: Callable[[], list[Verdict]]) -> list[Verdict]:
    """Answer where nobody else's registers and dice are."""
    return contextvars.copy_context().run(answer)


def _quiet() -> None:
    tlc.printer.set(lambda _: None)
    tlc.registers.set({})


def _nothing() -> None:
    """Limits are looked at by the clock."""


def _unknown(question: Question, matched: int, message: str) -> Verdict:
    done = max(matched, 0)
    total = max(len(question.trace.events), done)
    why = f"{message}; {done} of {total} events matched"
    return Verdict(question, Judgement.UNKNOWN, done, why=why)


def _malformed(question: Question, matched: int, error: Mistake) -> Verdict:
    """Something has no value: in the spec, or in what was observed."""
    events = question.trace.events
    event = events[matched] if 0 <= matched < len(events) else None
    return Verdict(
        question,
        Judgement.MALFORMED,
        max(matched, 0),
        event=event,
        why=f"this cannot be evaluated: {_in_words(error)}",
    )


def _in_words(error: Mistake) -> str:
    """Return what is wrong, on one line: what was expected, and what was found."""
    parts = [
        f"{word} {said}"
        for word, said in (("expected", error.expected), ("found", error.found))
        if said is not None
    ]
    return ": ".join(part for part in (error.message, ", ".join(parts)) if part)
