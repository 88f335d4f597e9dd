"""Why the first impossible event is impossible.

At that event a *probe* takes its place: an action that prints instead of
deciding.  In each state that the spec may be in there (a *candidate*) it prints
which conditions of the event's action are false, what the action (if it can
happen) makes of each observed path, and every step that is enabled, with what
that makes of them.  Explained is the candidate in which the event is nearest to
possible.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from pyspec.conformance.module import drawn_at, quoted
from pyspec.conformance.narrow import parts_that_differ
from pyspec.conformance.verdict import Difference, Explanation, FalseGuard, Nearest
from pyspec.errors import Mistake, near
from pyspec.language.facts import substitute
from pyspec.trace.model import UNKNOWN, AnyStep, Call, Event, Skip
from pyspec.trace.write import show_call, show_observation, show_steps
from pyspec.values import canonical, parse, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyspec.conformance.module import Formulas
    from pyspec.conformance.verdict import Verdict
    from pyspec.language import Application, Conjunct
    from pyspec.trace.model import Observation
    from pyspec.values import Value

__all__ = ["MOST_SHOWN", "Detail", "Probe", "can_be_explained", "explain"]

STATE: Final = "state"
GUARDS: Final = "guards"
VALUE: Final = "value"
ENABLED: Final = "enabled"
ANY: Final = "any"
ALONE: Final = "alone"
ABSENT: Final = "absent"
MOST_SHOWN: Final = 24
MOST_ENABLED: Final = 200
MOST_OTHERS: Final = 9
"""Candidates that are told beside the best one."""
MOST_NEAREST: Final = 3


class Detail(enum.Enum):
    """How much a probe asks.  What cannot be evaluated costs all of its answers.

    FULL: everything.  FIRST: of the conditions only the first that is false, as
    later ones may mean nothing then.  NAMES: also, of other steps only that they
    are enabled.  ORDERED: also nothing of other steps.  BARE: the number of that
    condition and no values.
    """

    FULL = "full"
    FIRST = "first"
    NAMES = "names"
    ORDERED = "ordered"
    BARE = "bare"

    @property
    def less(self) -> Detail | None:
        """The next that asks less."""
        every = list(Detail)
        place = every.index(self) + 1
        return every[place] if place < len(every) else None


def can_be_explained(verdict: Verdict) -> bool:
    """Whether there is something to ask: an event, or what INIT observes."""
    return verdict.event is not None or bool(verdict.question.trace.init)


def _about(verdict: Verdict) -> Verdict:
    """Return a rejection as one at an event; INIT as an event that is no step."""
    if verdict.event is not None:
        return verdict
    question = verdict.question
    event = Event(0, (Skip(),), question.trace.init)
    trace = replace(question.trace, init=(), silent=(), events=(event,))
    return replace(
        verdict, question=replace(question, trace=trace), event=event, matched=0
    )


def _part_of(event: Event, part: int) -> Event:
    """Return one step of an event, with what is observed of its own ends."""
    is_first, is_last = part == 0, part == len(event.steps) - 1
    seen = tuple(o for o in event.observations if (is_last if o.primed else is_first))
    return replace(event, steps=(event.steps[part],), observations=seen)


class Probe:
    """The action that takes the place of a rejected event, and its notes."""

    def __init__(
        self, verdict: Verdict, tag: str, detail: Detail = Detail.FULL
    ) -> None:
        self.verdict = _about(verdict)
        if self.verdict.event is None:
            msg = "only a rejection can be probed"
            raise ValueError(msg)
        self.whole = self.verdict.event
        self.event = _part_of(self.whole, verdict.part)
        self.is_init = verdict.event is None
        self.place = self.verdict.matched
        self.tag = tag
        self.detail = detail
        self.facts = verdict.question.spec.facts
        self.before = [o for o in self.event.observations if not o.primed]
        self.after = [o for o in self.event.observations if o.primed]
        self.guards: list[Conjunct] = []

    def formula(self, formulas: Formulas) -> str:
        """Return disjuncts that print; each is false, so no step is taken."""
        parts = [*self.guard_prints(formulas)]
        if self.detail is not Detail.BARE:
            seen = self.results(formulas, self.before, is_after=False)
            state = self.note(STATE, formulas.variables, seen, self.now(formulas))
            parts = [f"{state} /\\ FALSE", *parts, *self.value_prints(formulas)]
        if self.detail in _LOOKING_AROUND and not self.is_init:
            parts += self.enabled_prints(formulas)
        return " \\/ ".join(f"({part})" for part in parts or ["FALSE"])

    @property
    def call(self) -> Call | None:
        """The event's action, if it names one."""
        step = self.event.steps[0]
        return step if isinstance(step, Call) else None

    # ------------------------------------------------------------ conditions

    def guard_prints(self, formulas: Formulas) -> Iterator[str]:
        """Name the conditions of the event's action that are false."""
        if self.call is None:
            return
        operator = self.facts.operators[self.call.action]
        every = operator.conditions or operator.guards
        self.guards = [each for each in every if each.text]
        if not self.guards:
            return
        for meant in self.meanings(formulas):
            if meant.binders and self.detail not in _LOOKING_AROUND:
                continue  # what they range over may be too large
            meaning = dict(zip(operator.parameters, meant.texts, strict=True))
            note = self.note(GUARDS, meant.given, self.falses(meaning))
            yield meant.within(f"{note} /\\ FALSE")

    def meanings(self, formulas: Formulas) -> Iterator[_Meant]:
        """Return the arguments that are meant, and over what unknown ones range."""
        call = self.call
        assert call is not None  # noqa: S101 - whoever asks has looked
        arity = len(self.facts.operators[call.action].parameters)
        given = call.arguments or (UNKNOWN,) * arity
        texts = [None if v is UNKNOWN else formulas.literals.of(v) for v in given]
        known = [text for text in texts if text is not None]
        if len(known) == arity:
            yield _Meant(tuple(known))
            return
        for place in drawn_at(self.facts, call.action):
            pairs = list(zip(texts, place.arguments, strict=True))
            yield _Meant(
                tuple(text or drawn for text, drawn in pairs),
                place.binders,
                tuple(f"({drawn}) = {text}" for text, drawn in pairs if text),
            )

    def falses(self, meaning: Mapping[str, str]) -> str:
        """A tuple with an entry for each condition: its values if false, or <<>>."""
        texts = [_meant(guard.text or "", meaning) for guard in self.guards]
        values = [self.values(guard, meaning) for guard in self.guards]
        if self.detail is Detail.FULL:
            entries = [
                f"IF {self.after_those_before(place, texts)} "
                f"THEN <<>> ELSE <<{values[place]}>>"
                for place in range(len(texts))
            ]
            return f"<<{', '.join(entries)}>>"
        none = ["<<>>"] * len(texts)
        result = f"<<{', '.join(none)}>>"
        for place in reversed(range(len(texts))):
            only = [*none[:place], f"<<{values[place]}>>", *none[place + 1 :]]
            result = f"IF {texts[place]} THEN {result} ELSE <<{', '.join(only)}>>"
        return result

    def after_those_before(self, place: int, texts: Sequence[str]) -> str:
        """Return a condition, with those before it if it needs them to mean much."""
        before = [text for text in texts[:place] if self.guards[place].leans]
        joined = " /\\ ".join(before)
        return f"({joined}) => {texts[place]}" if before else texts[place]

    def values(self, guard: Conjunct, meaning: Mapping[str, str]) -> str:
        """Return a tuple of a condition's operands that depend on the state."""
        if self.detail is Detail.BARE:
            return "<<>>"
        operands = (substitute(operand, meaning) for operand in guard.operands)
        return f"<<{', '.join(operand for operand in operands if operand)}>>"

    # ------------------------------------------------------------ observations

    def results(
        self, formulas: Formulas, seen: Sequence[Observation], *, is_after: bool
    ) -> str:
        """A tuple with <<>> for what is as observed, else <<the value there>>."""
        entries = []
        for observation in seen:
            guards, path = formulas.path(observation)
            value = f"IF {formulas.fact(observation, path)} THEN <<>> ELSE <<{path}>>"
            if guards:
                there = " /\\ ".join(guards)
                value = f"IF {there} THEN {value} ELSE <<0, 0>>"
            entries.append(f"({value})'" if is_after else f"({value})")
        return f"<<{', '.join(entries)}>>"

    def now(self, formulas: Formulas) -> str:
        """A tuple of what is there before, of what is observed after `?`."""
        if not isinstance(self.event.steps[0], AnyStep):
            return "<<>>"
        entries = []
        for guards, path in map(formulas.path, self.after):
            there = " /\\ ".join(guards) or "TRUE"
            entries.append(f"IF {there} THEN <<{path}>> ELSE <<0, 0>>")
        return f"<<{', '.join(entries)}>>"

    def value_prints(self, formulas: Formulas) -> Iterator[str]:
        """What the event's action makes of the observed paths."""
        step = formulas.step(self.event.steps[0])
        seen = self.results(formulas, self.after, is_after=True)
        call = self.call
        if call is None or not self.facts.operators[call.action].parameters:
            yield f"{step} /\\ {self.note(VALUE, '<<>>', seen)} /\\ FALSE"
            return
        for meant in self.meanings(formulas):
            note = self.note(VALUE, meant.given, seen)
            alone = formulas.applied(call.action, meant.texts)
            taken = formulas.known(call.action, list(meant.texts))
            if meant.binders:  # Next draws them, but may ask for more
                places = drawn_at(self.facts, call.action)
                is_direct = all(place.direct for place in places)
                taken = alone if is_direct else f"{alone} /\\ {self.facts.next}"
            elif taken != alone:
                yield f"{alone} /\\ {self.note(ALONE)} /\\ FALSE"
            yield meant.within(f"{taken} /\\ {note} /\\ FALSE")

    # ------------------------------------------------------------ other steps

    def enabled_prints(self, formulas: Formulas) -> Iterator[str]:
        """Every labelled action that can change something here, and if any can.

        Labels stand where Next applies an action directly, so that the action
        alone says it all.
        """
        changes = f"{formulas.variables}' # {formulas.variables}"
        yield f"{self.facts.next} /\\ {changes} /\\ {self.note(ANY)} /\\ FALSE"
        judged = self.after if self.detail is not Detail.NAMES else []
        seen = self.results(formulas, judged, is_after=True)
        for application in self.facts.applications:
            if application.labels and application.translatable:
                yield self.enabled_print(formulas, application, seen)

    def enabled_print(
        self, formulas: Formulas, application: Application, seen: str
    ) -> str:
        """Print the arguments of each step that one place under Next allows."""
        given = "<<" + ", ".join(application.arguments) + ">>"
        note = self.note(ENABLED, quoted(application.action), given, seen)
        applied = formulas.applied(application.action, application.arguments)
        changes = f"{formulas.variables}' # {formulas.variables}"
        body = f"{applied} /\\ {changes} /\\ {note} /\\ FALSE"
        return _bound(body, application.binders)

    def note(self, kind: str, *parts: str) -> str:
        """Return the call that prints a note under this probe's tag."""
        inside = ", ".join([quoted(self.tag), quoted(kind), *parts])
        return f"pxTLC!PrintT(<<{inside}>>)"


@dataclass(frozen=True, slots=True)
class _Meant:
    """Texts of arguments, and what they range over if they are not all known."""

    texts: tuple[str, ...]
    binders: tuple[tuple[str, str], ...] = ()
    equal: tuple[str, ...] = ()

    @property
    def given(self) -> str:
        """The arguments as a tuple."""
        return f"<<{', '.join(self.texts)}>>"

    def within(self, body: str) -> str:
        """Return a formula for all arguments that are meant."""
        return _bound(" /\\ ".join([*self.equal, body]), self.binders)


_LOOKING_AROUND: Final = frozenset({Detail.FULL, Detail.FIRST, Detail.NAMES})


def _bound(body: str, binders: Sequence[tuple[str, str]]) -> str:
    for name, bound in reversed(binders):
        body = f"\\E {name} \\in ({bound}) : {body}"
    return body


def _meant(text: str, meaning: Mapping[str, str]) -> str:
    return f"({substitute(text, meaning) or 'TRUE'})"


# --------------------------------------------------------------------------
# Reading what was printed

_Results: TypeAlias = "tuple[tuple[Value, ...], ...]"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The event's action with some arguments, in one state.

    - false: the conditions that are false, by place, with values of operands
    - results: of what is observed afterwards; None if the action is impossible
    """

    arguments: tuple[Value, ...]
    false: tuple[tuple[int, Value], ...] = ()
    results: _Results | None = None


@dataclass(slots=True)
class _Candidate:
    """A state that the spec may be in, and what the probe printed there."""

    state: tuple[Value, ...] | None = None
    before: _Results = ()
    unchanged: _Results = ()
    guards: dict[tuple[Value, ...], _Results] = field(default_factory=dict)
    outcomes: set[tuple[tuple[Value, ...], _Results]] = field(default_factory=set)
    enabled: set[tuple[str, tuple[Value, ...], _Results]] = field(default_factory=set)
    alone: bool = False
    moves: bool = False

    def take(self, kind: Value, parts: Sequence[Value]) -> None:
        """Add a note."""
        match kind, parts:
            case "guards", (tuple() as given, falses):
                self.guards[given] = _results(falses)
            case "value", (tuple() as given, results):
                self.outcomes.add((given, _results(results)))
            case "enabled", (str() as name, tuple() as given, results):
                self.enabled.add((name, given, _results(results)))
            case "alone", _:
                self.alone = True
            case "any", _:
                self.moves = True

    def attempts(self) -> list[_Attempt]:
        """Return what was tried here: steps that happen, and those that do not."""
        found = [_Attempt(given, (), results) for given, results in self.outcomes]
        done = {given for given, _ in self.outcomes}
        for given, falses in self.guards.items():
            if given not in done:
                false = tuple((n, v[0]) for n, v in enumerate(falses) if v)
                found.append(_Attempt(given, false))
        return found or [_Attempt(())]


def explain(probe: Probe, printed: Sequence[str]) -> Explanation:
    """Read what a probe printed: how near the event is in the best candidate."""
    told = sorted(
        (_Told(probe, candidate) for candidate in _candidates(probe, printed)),
        key=lambda each: each.rank,
    )
    if not told:
        return Explanation()
    best, *others = (each.explanation() for each in told[: MOST_OTHERS + 1])
    return replace(best, states=len(told), others=tuple(others))


def _candidates(probe: Probe, printed: Sequence[str]) -> list[_Candidate]:
    """Notes come state by state; without notes of states each is one of its own."""
    found: dict[Value, _Candidate] = {}
    current = _Candidate()
    for number, text in enumerate(printed):
        match _note(text):
            case ("state", tuple() as state, *seen):
                before, unchanged = map(_results, seen)
                made = _Candidate(state, before, unchanged)
                current = found.setdefault(state, made)
            case (kind, *parts):
                if probe.detail is Detail.BARE and kind == GUARDS:
                    current = found[number] = _Candidate()
                current.take(kind, parts)
    return list(found.values())


def _note(text: str) -> tuple[Value, ...]:
    try:
        value = parse(text)
    except Mistake:
        return ()
    return value[1:] if isinstance(value, tuple) else ()


def _results(value: Value) -> _Results:
    """Return what `results` wrote: a tuple of tuples."""
    every = value if isinstance(value, tuple) else ()
    return tuple(each if isinstance(each, tuple) else () for each in every)


class _Told:
    """What there is to tell of one candidate."""

    def __init__(self, probe: Probe, candidate: _Candidate) -> None:
        self.probe = probe
        self.candidate = candidate
        attempts = sorted(
            candidate.attempts(), key=lambda a: (self.cost(a), show(a.arguments))
        )
        first = attempts[0]
        self.attempts = [each for each in attempts if _is_alike(each, first)]
        state = candidate.state
        self.rank = (self.cost(first), "" if state is None else show(state))

    def cost(self, attempt: _Attempt) -> tuple[int, int, int]:
        """How far an action is from what was recorded; less is nearer.

        Conditions that are false, then observations that differ; what says
        nothing comes last.
        """
        unmet = _count(self.candidate.before)
        if attempt.results is not None:
            return 0, unmet + _count(attempt.results), 0
        if not attempt.false:
            return 1, unmet, int(not self.candidate.alone)
        if self.probe.detail is Detail.FULL:
            return len(attempt.false), unmet, 0
        return len(self.probe.guards) - attempt.false[0][0], unmet, 0

    def explanation(self) -> Explanation:
        """Return it; of the other candidates this one says nothing."""
        probe, candidate = self.probe, self.candidate
        looked = probe.detail in _LOOKING_AROUND and not probe.is_init
        return Explanation(
            guards=tuple(self.guards()),
            differences=tuple(self.differences()),
            enabled=tuple(_few(self.enabled(), MOST_ENABLED)),
            stuck=looked and not (candidate.moves or candidate.enabled),
            attempt=self.attempt(),
            step=show_steps(probe.event) if len(probe.whole.steps) > 1 else "",
            alone=candidate.alone and all(a.results is None for a in self.attempts),
            nearest=tuple(self.nearest()),
            state=tuple(self.values()),
        )

    def enabled(self) -> list[str]:
        """Return the steps that are possible, in the order of their texts."""
        return sorted({_call(name, given) for name, given, _ in self.candidate.enabled})

    def attempt(self) -> str:
        """Return the steps that came nearest, if the event leaves them open."""
        call = self.probe.call
        if call is None or (call.arguments and UNKNOWN not in call.arguments):
            return ""
        given = dict.fromkeys(each.arguments for each in self.attempts)
        calls = [_call(call.action, arguments) for arguments in given if arguments]
        return ", ".join(_few(calls, MOST_NEAREST))

    def guards(self) -> Iterator[FalseGuard]:
        """Name the conditions that are false, with what they compare."""
        first, probe = self.attempts[0], self.probe
        if not first.false or probe.call is None:
            return
        parameters = probe.facts.operators[probe.call.action].parameters
        names = dict(zip(parameters, map(show, first.arguments), strict=True))
        for place, values in first.false:
            conjunct = probe.guards[place]
            path = probe.facts.file_of(conjunct.location)
            yield FalseGuard(
                text=_said(conjunct.text or "", names),
                file=near(path or conjunct.location.module),
                line=conjunct.location.line,
                values=tuple(_operands(conjunct, values, names)),
                column=conjunct.location.column,
            )

    def differences(self) -> Iterator[Difference]:
        """Tell observations that differ, with every value that comes as near."""
        probe = self.probe
        for observation, result in zip(
            probe.before, self.candidate.before, strict=False
        ):
            if result:
                yield _difference(observation, [result])
        every = [each.results for each in self.attempts if each.results is not None]
        for place, observation in enumerate(probe.after):
            found = [results[place] for results in every if results[place]]
            if found:
                yield _difference(observation, found)

    def nearest(self) -> Iterator[Nearest]:
        """Name other steps that would do, or, of `?`, come nearest."""
        probe, candidate = self.probe, self.candidate
        judged = [each for each in candidate.enabled if each[2]]
        if _count(candidate.before) or not judged:
            return
        distance = {each: self.distance(each[2]) for each in judged}
        least = min(distance.values())
        if least[0] and not isinstance(probe.event.steps[0], AnyStep):
            return
        best: dict[str, _Results] = {}
        for name, given, results in sorted(judged, key=lambda e: show((e[0], *e[1:]))):
            if distance[name, given, results] == least:
                best.setdefault(_call(name, given), results)
        for call, results in list(best.items())[:MOST_NEAREST]:
            pairs = zip(probe.after, results, strict=True)
            yield Nearest(call, tuple(_difference(o, [r]) for o, r in pairs if r))

    def distance(self, results: _Results) -> tuple[int, int]:
        """Observations that differ; of these, those that the step leaves alone."""
        pairs = zip(results, self.candidate.unchanged, strict=False)
        return _count(results), sum(bool(new) and new == old for new, old in pairs)

    def values(self) -> Iterator[tuple[str, str]]:
        """Return the variables and their values."""
        if self.candidate.state is not None:
            names = self.probe.facts.variables
            for name, value in zip(names, self.candidate.state, strict=True):
                yield name, show(value)


def _is_alike(one: _Attempt, other: _Attempt) -> bool:
    """Whether two attempts fail in the same: then only the values differ."""
    if one.results is None or other.results is None:
        return one is other
    return [not r for r in one.results] == [not r for r in other.results]


def _count(results: _Results) -> int:
    return sum(map(bool, results))


def _call(name: str, arguments: tuple[Value, ...]) -> str:
    return show_call(Call(name, arguments or None))


_ABSENT_LENGTH: Final = 2


def _difference(
    observation: Observation, found: Sequence[tuple[Value, ...]]
) -> Difference:
    values = canonical({each[0] for each in found if len(each) < _ABSENT_LENGTH})
    shown = [show(value) for value in values]
    if any(len(each) == _ABSENT_LENGTH for each in found):
        shown.append(ABSENT)
    text = show_observation(observation).removeprefix("/\\ ")
    alone = values[0] if len(shown) == 1 and values else None
    parts = parts_that_differ(observation, alone) if alone is not None else ()
    return Difference(text, tuple(_few(shown)), parts, observation.primed)


def _operands(
    conjunct: Conjunct, values: Value, names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    if isinstance(values, tuple) and len(values) == len(conjunct.operands):
        for operand, value in zip(conjunct.operands, values, strict=True):
            yield _said(operand, names), show(value)


_PARENTHESES: Final = re.compile(
    r"(?<=[(\[,{])(\s*)\((\w+(?:\([\w, ]*\))?)\)(?=\s*[,)\]}])"
)


def _said(text: str, names: Mapping[str, str]) -> str:
    """Return TLA+ text with the event's arguments for the parameters."""
    found = substitute(text, names) or text
    return _PARENTHESES.sub(r"\1\2", found)


def _few(shown: list[str], most: int = MOST_SHOWN) -> list[str]:
    if len(shown) <= most:
        return shown
    return [*shown[:most], f"and {len(shown) - most} more"]
