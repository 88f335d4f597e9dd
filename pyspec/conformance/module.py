"""The TLA+ module that asks TLC a batch of questions at once.

Every name that it brings, bound ones too, begins with `px` and a capital or `_`
(a spec that has such names is refused), standard modules come by named INSTANCE,
and constants get their values by operators: so it cannot clash with what the
spec defines.  Each distinct event becomes one action `pxF<n>`; traces
are sequences of their numbers, found again by a tree of IFs, so that a long
trace costs little more than its distinct events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyspec.conformance.read_order import read_order
from pyspec.errors import Mistake
from pyspec.language.facts import substitute
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Argument,
    Call,
    Observation,
    Relation,
    Silent,
    Skip,
    Step,
    Trace,
)
from pyspec.values import Bool, ModelValue, canonical
from pyspec.values.names import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pyspec.conformance.question import Question
    from pyspec.language import Application, Facts
    from pyspec.trace.model import Event
    from pyspec.values import Fn, Value


# TLC's registers below it are left to the spec, which may count in them.
_FIRST_SLOT = 1_000_000
_PLAIN: Final = re.compile(r"[ !#-[\]-~]+")


@dataclass
class Literals:
    """TLA+ text of values.

    Model values become constants of the module; names in `defined` are the
    spec's own (a constant, or an operator like `Nil`) and stand for themselves.
    """

    model_values: dict[str, str] = field(default_factory=dict)
    defined: frozenset[str] = frozenset()

    def of(self, value: Value) -> str:
        """Return the text of a value."""
        if isinstance(value, Bool):
            return repr(value)
        if isinstance(value, int):
            return _integer(value)
        if isinstance(value, str):
            return quoted(value)
        if isinstance(value, ModelValue):
            return self.name(value.name)
        if isinstance(value, tuple):
            return "<<" + ", ".join(map(self.of, value)) + ">>"
        if isinstance(value, frozenset):
            return "{" + ", ".join(map(self.of, canonical(value))) + "}"
        return self.function(value)

    def declare(self, value: Value) -> None:
        """Make model values of a constant known, whatever else has their names."""
        for name in sorted(model_values(value)):
            self.model_values.setdefault(name, f"pxV_{name}")

    def name(self, name: str) -> str:
        """Return the text of a model value."""
        if name in self.defined and name not in self.model_values:
            return name
        return self.model_values.setdefault(name, f"pxV_{name}")

    def function(self, value: Fn) -> str:
        """One-point functions, merged in pairs so that nesting stays shallow."""
        parts = [
            f"pxTLC!:>({self.of(key)}, {self.of(image)})"
            for key, image in value.items()
        ]
        while len(parts) > 1:
            merged = [
                f"pxTLC!@@({one}, {two})"
                for one, two in zip(parts[::2], parts[1::2], strict=False)
            ]
            parts = merged + parts[len(merged) * 2 :]
        return parts[0]


LARGEST = 2**31 - 1


def _integer(value: int) -> str:
    if value >= 0:
        return str(value)
    if value < -LARGEST:  # its opposite is too large for TLC
        return f"pxInt!-({_integer(value + 1)}, 1)"
    return f"pxInt!-(0, {-value})"


def model_values(value: Value) -> frozenset[str]:
    """Return the names of the model values inside a value."""
    return frozenset(each.name for each in names_in(value))


_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\f": "\\f",
}


def quoted(text: str) -> str:
    """Return a TLA+ string literal."""
    return '"' + "".join(_ESCAPES.get(char, char) for char in text) + '"'


class Formulas:
    """TLA+ text of the parts of events, over one spec."""

    def __init__(self, facts: Facts, literals: Literals) -> None:
        self.facts = facts
        self.literals = literals
        self.variables = "<<" + ", ".join(facts.variables) + ">>"

    def step(self, step: Step) -> str:
        """Return the formula of one step of the spec, without observations."""
        if isinstance(step, Skip):
            return f"UNCHANGED {self.variables}"
        if isinstance(step, AnyStep):
            return f"{self.facts.next} /\\ {self.variables}' # {self.variables}"
        return self.call(step)

    def call(self, call: Call) -> str:
        r"""Return `Next /\ A(e)`; unknown arguments are drawn as Next draws them.

        Where Next applies A directly, to arguments from the sets that it draws
        them from, A alone says it all: then Next is not evaluated, which is
        slower and impossible where it draws from an infinite set.
        """
        arguments = arguments_of(call, self.facts)
        return self.shaped(
            call.action,
            [None if v is UNKNOWN else self.literals.of(v) for v in arguments],
        )

    def shaped(self, action: str, arguments: Sequence[str | None]) -> str:
        """Return the formula of a step by an action; None is not known."""
        known = [argument for argument in arguments if argument is not None]
        if len(known) == len(arguments):
            return self.known(action, known)
        places = drawn_at(self.facts, action)
        drawn = " \\/ ".join(self.quantified(place, arguments) for place in places)
        if all(place.direct for place in places):
            return f"({drawn})"
        return f"({drawn}) /\\ {self.facts.next}"

    def known(self, action: str, arguments: list[str]) -> str:
        """Return an action with all its arguments."""
        step = self.applied(action, arguments)
        drawn = [
            self.drawn(place, arguments)
            for place in self.facts.applications
            if place.action == action and place.direct and place.translatable
        ]
        if "TRUE" in drawn:
            return step
        if not drawn:
            return f"{step} /\\ {self.facts.next}"
        known = " \\/ ".join(drawn)
        return f"(IF {known} THEN {step} ELSE {step} /\\ {self.facts.next})"

    def drawn(self, place: Application, arguments: Sequence[str]) -> str:
        """Say that these are arguments that a place under Next draws."""
        pairs = list(zip(place.arguments, arguments, strict=True))
        names = {name for name, _ in place.binders}
        meaning: dict[str, str | None] = {}
        for text, value in pairs:
            if text in names:
                meaning.setdefault(text, value)
        parts = [
            f"({substitute(text, meaning)}) = {value}"
            for text, value in pairs
            if meaning.get(text) != value
        ]
        body = " /\\ ".join(parts) or "TRUE"
        for name, bound in reversed(place.binders):
            within = substitute(bound, meaning)
            if name in meaning:
                body = f"{meaning[name]} \\in ({within}) /\\ {body}"
            else:
                body = f"(\\E {name} \\in ({within}) : {body})"
        return body.removesuffix(" /\\ TRUE")

    def quantified(self, place: Application, arguments: Sequence[str | None]) -> str:
        """One application with its binders; known arguments equated."""
        equal = [
            f"({text}) = {value}"
            for text, value in zip(place.arguments, arguments, strict=True)
            if value is not None
        ]
        body = " /\\ ".join([*equal, self.applied(place.action, place.arguments)])
        for name, bound in reversed(place.binders):
            body = f"\\E {name} \\in ({bound}) : {body}"
        return f"({body})"

    @staticmethod
    def applied(action: str, arguments: Sequence[str]) -> str:
        """Return the text of an application."""
        return f"{action}({', '.join(arguments)})" if arguments else action

    def observation(self, observation: Observation) -> str:
        """An observation as a formula; a path that is absent makes it false."""
        guards, path = self.path(observation)
        text = "(" + " /\\ ".join([*guards, self.fact(observation, path)]) + ")"
        return text + "'" if observation.primed else text

    def fact(self, observation: Observation, path: str) -> str:
        """What is observed of a path that is there."""
        value = self.literals.of(observation.value)
        return {
            Relation.EQUALS: f"{path} = {value}",
            Relation.ONE_OF: f"{path} \\in {value}",
            Relation.CONTAINS: f"{value} \\in {path}",
            Relation.INCLUDES: f"{value} \\subseteq {path}",
        }[observation.relation]

    def path(self, observation: Observation) -> tuple[list[str], str]:
        """Conditions for a path to be there, and its text."""
        path = observation.path
        text = self.applied(path.root, [self.literals.of(v) for v in path.arguments])
        guards = []
        for selector in path.selectors:
            key = self.literals.of(selector)
            guards.append(f"{key} \\in DOMAIN {text}")
            text = f"{text}[{key}]"
        if path.length:
            text = f"pxSeq!Len({text})"
        return guards, text

    def steps(self, event: Event) -> list[str]:
        """Formulas of an event's steps; the observations belong to its ends."""
        before = [self.observation(o) for o in event.observations if not o.primed]
        after = [self.observation(o) for o in event.observations if o.primed]
        formulas = [self.step(step) for step in event.steps]
        formulas[0] = " /\\ ".join([*before, formulas[0]])
        formulas[-1] = " /\\ ".join([formulas[-1], *after])
        return formulas


def arguments_of(call: Call, facts: Facts) -> tuple[Argument, ...]:
    """Return a call's arguments, each of them UNKNOWN if none was recorded."""
    arity = len(facts.operators[call.action].parameters)
    return (UNKNOWN,) * arity if call.arguments is None else call.arguments


def drawn_at(facts: Facts, action: str) -> list[Application]:
    """Places under Next from which unknown arguments of an action can be drawn.

    Mistake if there are none, or if one cannot be quoted.
    """
    places = [place for place in facts.applications if place.action == action]
    if not places:
        raise Mistake(
            f"{action} is not applied under {facts.next}, so its unknown arguments "
            "have no set to be drawn from",
            expected=f"{action} with all its arguments",
        )
    for place in places:
        if not place.translatable:
            raise Mistake(
                f"the arguments of {action} are drawn from a set that depends on "
                f"a LET or LOCAL name or spans a list at {place.location}",
                expected=f"{action} with all its arguments",
            )
    return places


@dataclass(frozen=True, slots=True)
class Generated:
    """A module, its cfg, and how to read the positions that it prints.

    `events[t][p - 1]` is the index of the event that position p of trace t
    belongs to (both of TLA+'s counts begin at 1).
    """

    name: str
    text: str
    config: str
    tag: str
    events: tuple[tuple[int, ...], ...]


def generate(
    questions: Sequence[Question],
    *,
    name: str,
    tag: str,
    unbounded: bool = False,
    probes: Mapping[int, tuple[int, int, Callable[[Formulas], str]]] | None = None,
) -> Generated:
    """Write the module for questions of one spec and one set of constants.

    `unbounded` drops the limits on silent steps.  `probes` maps a question's
    index to an event's index, the index of one of its steps, and what writes the
    formula that takes the place of that step; the trace ends there.
    """
    writer = _Writer(questions, name, tag, unbounded=unbounded)
    formulas = writer.formulas
    return writer.write(
        {
            index: (place, part, formula(formulas))
            for index, (place, part, formula) in (probes or {}).items()
        },
    )


class _Writer:
    def __init__(
        self,
        questions: Sequence[Question],
        name: str,
        tag: str,
        *,
        unbounded: bool,
    ) -> None:
        self.questions = questions
        self.name = name
        self.tag = tag
        self.unbounded = unbounded
        self.facts = questions[0].spec.facts
        self.literals = Literals(defined=questions[0].spec.facts.nullary)
        for value in questions[0].constants.values():
            self.literals.declare(value)
        self.formulas = Formulas(self.facts, self.literals)
        self.numbers: dict[str, int] = {}
        self.silent: dict[Silent, int] = {}

    def number(self, formula: str) -> int:
        return self.numbers.setdefault(formula, len(self.numbers) + 1)

    def write(self, probes: Mapping[int, tuple[int, int, str]]) -> Generated:
        traces, inner, events = [], [], []
        for index, question in enumerate(self.questions):
            sequence, within, owners = self.flatten(
                question.trace,
                probes.get(index),
            )
            traces.append(sequence)
            inner.append(within)
            events.append(owners)
        silent = [self.silent_of(question.trace) for question in self.questions]
        initial = [self.initial(question.trace) for question in self.questions]
        text = self.module(traces, inner, silent, initial)
        return Generated(self.name, text, self.config(), self.tag, tuple(events))

    def flatten(
        self,
        trace: Trace,
        probe: tuple[int, int, str] | None,
    ) -> tuple[list[int], list[int], tuple[int, ...]]:
        """Formula numbers, positions inside an event, and owners."""
        sequence: list[int] = []
        within: list[int] = []
        owners: list[int] = []
        for place, event in enumerate(trace.events):
            at_probe = probe is not None and probe[0] == place
            steps = self.formulas.steps(event)
            if at_probe and probe:
                steps = [*steps[: probe[1]], probe[2]]
            for part, formula in enumerate(steps):
                sequence.append(self.number(formula))
                owners.append(place)
                if part:
                    within.append(len(sequence))
            if at_probe:
                break
        return sequence, within, tuple(owners)

    def silent_of(self, trace: Trace) -> list[int]:
        return [
            self.silent.setdefault(silent, len(self.silent) + 1)
            for silent in trace.silent
        ]

    def initial(self, trace: Trace) -> str:
        return " /\\ ".join(map(self.formulas.observation, trace.init)) or "TRUE"

    def module(
        self,
        traces: list[list[int]],
        inner: list[list[int]],
        silent: list[list[int]],
        initial: list[str],
    ) -> str:
        inits = list(dict.fromkeys(initial))
        constants = [
            f"pxC_{name} == {self.literals.of(value)}"
            for name, value in self.questions[0].constants.items()
        ]
        bodies = [f"pxF{number} == {text}" for text, number in self.numbers.items()]
        bodies += [f"pxI{place} == {text}" for place, text in enumerate(inits, 1)]
        bodies += [
            f"pxS{number} == {self.silent_step(silent_step)}"
            for silent_step, number in self.silent.items()
        ]
        names = list(self.literals.model_values.values())
        head = [
            f"---- MODULE {self.name} ----",
            f"EXTENDS {self.facts.module}",
            "pxTLC == INSTANCE TLC",
            "pxInt == INSTANCE Integers",
            "pxSeq == INSTANCE Sequences",
            f"CONSTANTS {', '.join(['pxOrder', *names])}",
            "VARIABLES pxT, pxP, pxQ",
            *constants,
            "pxTraces == " + _sequences(traces),
            "pxInner == " + _sets(inner),
            "pxSilent == " + _sets(silent),
            "pxInits == "
            + _sequence([inits.index(formula) + 1 for formula in initial]),
            "pxLimit == " + _sequence([self.limit(one) for one in self.silent]),
        ]
        tail = [
            f"pxStep(pxN) == {_tree('pxF', 1, len(self.numbers))}",
            f"pxInitial(pxN) == {_tree('pxI', 1, len(inits))}",
            f"pxQuiet(pxN) == {_tree('pxS', 1, len(self.silent))}",
            f"pxSlot(pxN) == pxInt!+({_FIRST_SLOT}, pxN)",
            "ASSUME /\\ pxTLC!TLCSet(pxSlot(pxSeq!Len(pxTraces)), 0)",
            "       /\\ \\A pxN \\in DOMAIN pxTraces : pxTLC!TLCSet(pxSlot(pxN), 0)",
            "pxInit == /\\ pxT \\in DOMAIN pxTraces",
            "          /\\ pxP = 1",
            "          /\\ pxQ = [pxN \\in DOMAIN pxLimit |-> 1]",
            f"          /\\ {self.facts.init}",
            "          /\\ pxInitial(pxInits[pxT])",
            "pxMatch == /\\ pxP \\in DOMAIN pxTraces[pxT]",
            "           /\\ pxStep(pxTraces[pxT][pxP])",
            "           /\\ pxP' = pxInt!+(pxP, 1)",
            "           /\\ pxQ' = [pxN \\in DOMAIN pxLimit |-> 1]",
            "           /\\ pxT' = pxT",
            "pxUnseen == /\\ pxP \\in DOMAIN pxTraces[pxT]",
            "            /\\ pxP \\notin pxInner[pxT]",
            "            /\\ \\E pxN \\in pxSilent[pxT] :",
            "                 /\\ pxLimit[pxN] = 0 \\/ pxInt!>(pxLimit[pxN], pxQ[pxN])",
            "                 /\\ pxQuiet(pxN)",
            "                 /\\ pxQ' = [pxQ EXCEPT ![pxN] =",
            "                      IF pxLimit[pxN] = 0 THEN 1 ELSE pxInt!+(@, 1)]",
            "            /\\ UNCHANGED <<pxT, pxP>>",
            "pxNext == pxMatch \\/ pxUnseen",
            "pxReport == IF pxInt!>(pxP, pxTLC!TLCGet(pxSlot(pxT)))",
            "            THEN /\\ pxTLC!TLCSet(pxSlot(pxT), pxP)",
            f"                 /\\ pxTLC!PrintT(<<{quoted(self.tag)}, pxT, pxP>>)",
            "            ELSE TRUE",
            "====",
            "",
        ]
        return "\n".join([*head, *bodies, *tail])

    def silent_step(self, silent: Silent) -> str:
        step = self.formulas.step(silent.call)
        return f"{step} /\\ {self.formulas.variables}' # {self.formulas.variables}"

    def limit(self, silent: Silent) -> int:
        """One more than the most steps; 0 for no limit (then none are counted)."""
        if silent.maximum is None or self.unbounded:
            return 0
        return silent.maximum + 1

    def config(self) -> str:
        names = [
            f"CONSTANT {constant} = {name}"
            for name, constant in self.literals.model_values.items()
        ]
        operators = self.questions[0].spec.overrides
        values = [
            f"CONSTANT {name} <- {operators.get(name, f'pxC_{name}')}"
            for name in self.facts.constants
        ]
        asked = ["INIT pxInit", "NEXT pxNext", "INVARIANT pxReport"]
        return "\n".join([self.order(), *asked, *names, *values, ""])

    def order(self) -> str:
        """Mention names before anything else does, in the order that they have.

        TLC reads the cfg first.  Nobody looks at this constant; a string that no cfg
        can hold is left out.
        """
        read = read_order(self.questions[0].spec, self.questions[0].constants)
        texts = [f'"{name}"' for name in read if _PLAIN.fullmatch(name)]
        return f"CONSTANT pxOrder = {{{', '.join(texts)}}}"


def _sequence(items: Iterable[int]) -> str:
    return "<<" + ", ".join(map(str, items)) + ">>"


def _sequences(rows: Iterable[Iterable[int]]) -> str:
    return "<<\n  " + ",\n  ".join(map(_sequence, rows)) + "\n>>"


def _sets(rows: Iterable[Iterable[int]]) -> str:
    return "<<" + ", ".join("{" + ", ".join(map(str, r)) + "}" for r in rows) + ">>"


def _tree(prefix: str, low: int, high: int) -> str:
    """Pick one of prefix<low> .. prefix<high> by bisection on pxN."""
    if high < low:
        return "FALSE"
    if low == high:
        return f"{prefix}{low}"
    middle = (low + high) // 2
    return (
        f"IF pxInt!>(pxN, {middle}) "
        f"THEN {_tree(prefix, middle + 1, high)} "
        f"ELSE {_tree(prefix, low, middle)}"
    )
