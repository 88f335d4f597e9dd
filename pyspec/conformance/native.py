"""Replay decided by the native engine: sets of states, event by event.

`NativeEngine` answers for whole traces, `Monitor` for events as they come.
"""

from __future__ import annotations

import contextvars
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Final

from pyspec.conformance.asking import Asker
from pyspec.conformance.explain import Detail, Probe, explain
from pyspec.conformance.module import Formulas, Literals
from pyspec.conformance.question import ask
from pyspec.conformance.tlc_engine import (
    Limits,
    fresh_tag,
    grouped,
    printed_values,
    rejection,
)
from pyspec.conformance.verdict import Judgement, Verdict
from pyspec.conformance.walk import Walk
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

    from pyspec.conformance.question import Question, Spec
    from pyspec.conformance.verdict import Explanation
    from pyspec.language.state import State
    from pyspec.language.stepping import Steps
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Event, Trace

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
    ) -> None:
        self.toolchain = toolchain
        self.limits = limits or Limits()
        self.stop = stop

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
        self._asked: set[object] = set()
        self._context = contextvars.copy_context()
        self._rejected = self._context.run(self._begun)

    def take(self, event: Event) -> Verdict | None:
        """Match an event; None if some behavior does, else the verdict for good.

        Raises Mistake for an event that the spec cannot be asked.
        """
        if self._rejected is None:
            self._rejected = self._context.run(self._taken, event)
        return self._rejected

    @property
    def verdict(self) -> Verdict:
        """What is known so far: that the events conform, or why they do not."""
        if self._rejected is not None:
            return self._rejected
        return Verdict(self.question, Judgement.CONFORMS, self.matched)

    def _begun(self) -> Verdict | None:
        _quiet()
        self._asking = self._asker.asking([self.question.trace])
        self._walk = Walk(self._asking, self.question.trace, self._watch.look)
        return self._tried(self._walk.start, None)

    def _taken(self, event: Event) -> Verdict | None:
        key = event.steps, event.observations
        if key not in self._asked:
            alone = replace(self.question.trace, events=(event,))
            asking = self._asker.asking([ask(self.question.spec, alone).trace])
            if asking is not self._asking:
                self._asking = asking
                self._walk.goes_on_with(asking)
            self._asked.add(key)
        return self._tried(lambda: self._walk.take(event), event)

    def _tried(self, step: Callable[[], bool], event: Event | None) -> Verdict | None:
        question = self.question
        if event is not None:
            question = replace(question, trace=replace(question.trace, events=(event,)))
        try:
            with deep_recursion():
                fits = step()
        except Stopped as stopped:
            return _unknown(question, self.matched, stopped.message)
        except EvaluationError as error:
            found = _malformed(question, self.matched, error.message)
            return replace(found, event=event)
        if fits:
            self.matched = self._walk.matched
            return None
        place = 0 if event is not None else -1
        found = replace(rejection(question, place), matched=self.matched)
        most = min(1, self.limits.explained)
        return _explained(self._asker, {0: self._walk.states}, [found], most)[0]


class _Run:
    """Questions of one spec with one set of constants."""

    def __init__(self, group: Sequence[Question], engine: NativeEngine) -> None:
        self.group = group
        self.limits = engine.limits
        self.stop = engine.stop
        self.asker = Asker.of(
            group[0].spec, group[0].constants, engine.toolchain, engine.stop
        )
        self._rejected: dict[int, set[State]] = {}
        self._unbounded_s = engine.limits.unbounded_total_s

    def verdicts(self) -> list[Verdict]:
        """Answer; a question that cannot be evaluated costs the others nothing."""
        _quiet()
        try:
            self.asking = self.asker.asking([question.trace for question in self.group])
        except (Mistake, EvaluationError) as error:
            return [_malformed(question, 0, error.message) for question in self.group]
        watch = Watch(Bounds(self.limits.timeout_s, self.limits.memory_mb), self.stop)
        with deep_recursion(), ticking(watch.look):
            answers = [
                self._verdict(place, question)
                for place, question in enumerate(self.group)
            ]
        return _explained(self.asker, self._rejected, answers, self.limits.explained)

    def _verdict(self, place: int, question: Question) -> Verdict:
        walk = Walk(self.asking, question.trace, _nothing)
        try:
            conforms = walk.go()
        except Stopped as stopped:
            if stopped.cause is Cause.STOPPED:
                raise Interrupted("interrupted while replaying") from None
            return _unknown(question, walk.matched, stopped.message)
        except EvaluationError as error:
            return _malformed(question, walk.matched, error.message)
        if conforms:
            return Verdict(question, Judgement.CONFORMS, walk.matched)
        self._rejected[place] = walk.states
        found = rejection(question, walk.matched)
        return found if found.bound is None else self._without_bound(found)

    def _without_bound(self, verdict: Verdict) -> Verdict:
        """Drop `with at most n silent steps` where no number of them helps."""
        seconds = min(self.limits.unbounded_s, self._unbounded_s)
        if seconds <= 0:
            return verdict  # it claims less than might be true, but nothing false
        watch = Watch(Bounds(seconds, self.limits.memory_mb), self.stop)
        more = Walk(self.asking, verdict.question.trace, watch.look, bounded=False)
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


def _explained(
    asker: Asker,
    rejected: Mapping[int, set[State]],
    verdicts: list[Verdict],
    most: int,
) -> list[Verdict]:
    """Ask at the first impossible events what would have fitted.

    `rejected` has the states that each was tried in, by the verdict's place.
    """
    places = [place for place in rejected if verdicts[place].event is not None][:most]
    if not places:
        return verdicts
    probes = {
        place: [Probe(verdicts[place], fresh_tag(), detail) for detail in Detail]
        for place in places
    }
    try:
        steps = _probing(asker, probes)
    except (Mistake, EvaluationError):
        return verdicts  # a verdict stands without its explanation
    for place in places:
        found = _told(steps, place, probes[place], rejected[place])
        if found is not None:
            verdicts[place] = replace(verdicts[place], explanation=found)
    return verdicts


def _probing(asker: Asker, probes: Mapping[int, Sequence[Probe]]) -> Steps:
    """Compile the formulas of all probes."""
    literals = Literals(defined=asker.facts.nullary)
    for value in asker.constants.values():
        literals.declare(value)
    formulas = Formulas(asker.facts, literals)
    bodies = [
        f"{_name(place, probe)} == {probe.formula(formulas)}"
        for place, several in probes.items()
        for probe in several
    ]
    wanted = [_name(n, probe) for n, several in probes.items() for probe in several]
    names = literals.model_values.items()
    more = {constant: ModelValue(name) for name, constant in names}
    return asker.steps(bodies, (wanted, ()), more)


def _told(
    steps: Steps, place: int, probes: Sequence[Probe], states: set[State]
) -> Explanation | None:
    """Explain by the probe that asks most of those that can be answered."""
    some = sorted(states, key=repr)[:_MOST_PROBED]
    none = (None,) * len(steps.spec.variables)
    for probe in probes:
        printed: list[str] = []
        token = tlc.printer.set(printed.append)
        try:
            for state in some:
                for _ in steps.taken(_name(place, probe), state, (), none, none):
                    pass
        except EvaluationError:
            continue
        finally:
            tlc.printer.reset(token)
        return explain(probe, printed_values(printed, probe.tag))
    return None


def _name(place: int, probe: Probe) -> str:
    return f"pxProbe_{place}_{probe.detail.value}"


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


def _malformed(question: Question, matched: int, message: str) -> Verdict:
    """Something has no value: in the spec, or in what was observed."""
    events = question.trace.events
    event = events[matched] if 0 <= matched < len(events) else None
    return Verdict(
        question,
        Judgement.MALFORMED,
        max(matched, 0),
        event=event,
        why=f"this cannot be evaluated: {message}",
    )
