"""Replay decided by the native engine: sets of states, event by event.

A module that extends the spec has an operator for each form in which a trace
calls an action (which arguments it knows), with the formula that TLC would be
asked; it is compiled once, and what is known is given to it as values.  New
values that an event observes end a branch where it comes to another value.
"""

from __future__ import annotations

import contextvars
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Final

from pyspec.conformance.explain import Detail, Probe, explain
from pyspec.conformance.module import Formulas, Literals, model_values
from pyspec.conformance.tlc_engine import (
    Limits,
    fresh_tag,
    grouped,
    printed_values,
    rejection,
)
from pyspec.conformance.verdict import Judgement, Verdict
from pyspec.conformance.walk import ANY, Asking, Walk, shape_of
from pyspec.errors import Interrupted, Mistake
from pyspec.explore.bounded import deep_recursion, ticking
from pyspec.explore.limits import Limits as Bounds
from pyspec.explore.limits import Stopped, Watch
from pyspec.explore.result import Cause
from pyspec.language.load import Source, stepping
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import tlc
from pyspec.language.stepping import Steps
from pyspec.tla2tools import Config
from pyspec.tla2tools.modules import search_path
from pyspec.tla2tools.process import Workspace
from pyspec.trace.model import UNKNOWN, Call
from pyspec.values import ModelValue

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.conformance.question import Question
    from pyspec.conformance.verdict import Explanation
    from pyspec.conformance.walk import Shape
    from pyspec.language.state import State
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Observation
    from pyspec.values import Value

__all__ = ["NativeEngine"]

_NAME: Final = "PyspecSteps"
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
            found = contextvars.copy_context().run(run.verdicts)
            answers.update(zip(places, found, strict=True))
        return [answers[place] for place in range(len(questions))]


class _Run:
    """Questions of one spec with one set of constants."""

    def __init__(self, group: Sequence[Question], engine: NativeEngine) -> None:
        self.group = group
        self.engine = engine
        self.spec = group[0].spec
        self.facts = self.spec.facts
        self.limits = engine.limits
        self._rejected: dict[int, set[State]] = {}
        self._unbounded_s = engine.limits.unbounded_total_s

    def verdicts(self) -> list[Verdict]:
        """Answer; a question that cannot be evaluated costs the others nothing."""
        tlc.printer.set(lambda _: None)
        tlc.registers.set({})
        try:
            self.asking = self._asking()
        except (Mistake, EvaluationError) as error:
            return [_malformed(question, 0, error.message) for question in self.group]
        watch = Watch(
            Bounds(self.limits.timeout_s, self.limits.memory_mb), self.engine.stop
        )
        with deep_recursion(), ticking(watch.look):
            answers = [
                self._verdict(place, question)
                for place, question in enumerate(self.group)
            ]
        return self._explained(answers)

    # ------------------------------------------------------------ compiling

    def _asking(self) -> Asking:
        """Compile what the traces ask."""
        names = {
            shape: f"pxS_{number}"
            for number, shape in enumerate(sorted(self._shapes()))
        }
        roots = {
            root: f"pxO_{number}" for number, root in enumerate(sorted(self._roots()))
        }
        named = {
            name: f"pxN_{number}" for number, name in enumerate(sorted(self._named()))
        }
        text = "\n".join(
            [
                *self._head(),
                f"{ANY} == {self.facts.next}",
                *(self._step(shape, name) for shape, name in names.items()),
                *(self._root(root, name) for root, name in roots.items()),
                *(f"{name} == {word}" for word, name in named.items()),
                "====",
                "",
            ]
        )
        wanted = (ANY, *names.values()), (*roots.values(), *named.values())
        steps = self._compiled(text, wanted)
        steps.spec.check_assumptions()
        state = next(steps.spec.initial_states(), ())
        meanings = {
            word: steps.value(name, state, ()) for word, name in named.items() if state
        }
        return Asking(self.facts, steps, names, roots, meanings)

    def _head(self) -> list[str]:
        return [
            f"---- MODULE {_NAME} ----",
            f"EXTENDS {self.facts.module}",
            "pxTLC == INSTANCE TLC",
            "pxInt == INSTANCE Integers",
            "pxSeq == INSTANCE Sequences",
            f"pxInit == {self.facts.init}",
            f"pxNext == {self.facts.next}",
        ]

    def _step(self, shape: Shape, name: str) -> str:
        action, known = shape
        texts = [f"pxA_{n}" if is_known else None for n, is_known in enumerate(known)]
        given = [text for text in texts if text]
        head = f"{name}({', '.join(given)})" if given else name
        formulas = Formulas(self.facts, Literals())
        return f"{head} == {formulas.shaped(action, texts)}"

    def _root(self, root: str, name: str) -> str:
        arity = len(self.facts.operators[root].parameters)
        given = [f"pxA_{n}" for n in range(arity)]
        inside = f"({', '.join(given)})" if given else ""
        return f"{name}{inside} == {root}{inside}"

    def _compiled(
        self,
        text: str,
        wanted: tuple[Sequence[str], Sequence[str]],
        more: Mapping[str, Value] | None = None,
    ) -> Steps:
        """Compile a module beside the spec; constants are those of the group."""
        with Workspace() as workspace:
            module = workspace.path / f"{_NAME}.tla"
            module.write_text(text, encoding="utf-8")
            config = Config(
                init="pxInit",
                next="pxNext",
                constants={**self.group[0].constants, **(more or {})},
                overrides=dict(self.spec.overrides),
            )
            library = (self.spec.path.absolute().parent, *self.spec.library)
            source = Source(module, config, search_path(module, library))
            engine = self.engine
            return Steps(stepping(source, wanted, engine.toolchain, stop=engine.stop))

    # ------------------------------------------------------------ what is asked

    def _shapes(self) -> set[Shape]:
        """Return the forms of the traces' calls, and the usual one of each action."""
        found = {shape_of(call, self.facts) for call in self._calls()}
        for action in self.facts.actions:
            arity = len(self.facts.operators[action].parameters)
            found.add((action, (True,) * arity))
        return found

    def _calls(self) -> Iterator[Call]:
        for question in self.group:
            for silent in question.trace.silent:
                yield silent.call
            for event in question.trace.events:
                yield from (each for each in event.steps if isinstance(each, Call))

    def _roots(self) -> set[str]:
        roots = {observation.path.root for observation in self._observations()}
        return roots - set(self.facts.variables)

    def _observations(self) -> Iterator[Observation]:
        for question in self.group:
            yield from question.trace.init
            for event in question.trace.events:
                yield from event.observations

    def _named(self) -> set[str]:
        """Return names in the traces' values that the spec gives a meaning to."""
        own = frozenset().union(*map(model_values, self.group[0].constants.values()))
        found: set[str] = set()
        for each in self._observations():
            for value in (*each.path.arguments, *each.path.selectors, each.value):
                found |= model_values(value)
        for call in self._calls():
            for argument in call.arguments or ():
                if not isinstance(argument, type(UNKNOWN)):
                    found |= model_values(argument)
        return (found - own) & self.facts.nullary

    # ------------------------------------------------------------ one question

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
        watch = Watch(Bounds(seconds, self.limits.memory_mb), self.engine.stop)
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

    def _explained(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Ask at the first impossible events what would have fitted."""
        places = [
            place for place in self._rejected if verdicts[place].event is not None
        ][: self.limits.explained]
        if not places:
            return verdicts
        probes = {
            place: [Probe(verdicts[place], fresh_tag(), detail) for detail in Detail]
            for place in places
        }
        try:
            steps = self._probing(probes)
        except (Mistake, EvaluationError):
            return verdicts  # a verdict stands without its explanation
        for place in places:
            found = self._told(steps, place, probes[place])
            if found is not None:
                verdicts[place] = replace(verdicts[place], explanation=found)
        return verdicts

    def _probing(self, probes: Mapping[int, Sequence[Probe]]) -> Steps:
        """Compile the formulas of all probes."""
        literals = Literals(defined=self.facts.nullary)
        for value in self.group[0].constants.values():
            literals.declare(value)
        formulas = Formulas(self.facts, literals)
        bodies = [
            f"{_probe(place, probe)} == {probe.formula(formulas)}"
            for place, several in probes.items()
            for probe in several
        ]
        names = literals.model_values
        head = self._head()
        if names:
            head.insert(2, f"CONSTANTS {', '.join(names.values())}")
        wanted = [_probe(n, each) for n, several in probes.items() for each in several]
        more = {constant: ModelValue(name) for name, constant in names.items()}
        text = "\n".join([*head, *bodies, "====", ""])
        return self._compiled(text, (wanted, ()), more)

    def _told(
        self, steps: Steps, place: int, probes: Sequence[Probe]
    ) -> Explanation | None:
        """Explain by the probe that asks most of those that can be answered."""
        states = sorted(self._rejected[place], key=repr)[:_MOST_PROBED]
        none = (None,) * len(self.facts.variables)
        for probe in probes:
            printed: list[str] = []
            token = tlc.printer.set(printed.append)
            try:
                for state in states:
                    for _ in steps.taken(_probe(place, probe), state, (), none, none):
                        pass
            except EvaluationError:
                continue
            finally:
                tlc.printer.reset(token)
            return explain(probe, printed_values(printed, probe.tag))
        return None


def _probe(place: int, probe: Probe) -> str:
    return f"pxProbe_{place}_{probe.detail.value}"


def _nothing() -> None:
    """Limits are looked at by the clock."""


def _unknown(question: Question, matched: int, message: str) -> Verdict:
    done = max(matched, 0)
    total = len(question.trace.events)
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
