"""Why the first impossible event is impossible, asked of TLC.

At that event a *probe* takes its place: an action that prints instead of
deciding.  It prints which state-level conjuncts of the event's action are
false, what the action (if it can happen) makes of each observed path, and
every step that is enabled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.conformance.module import quoted
from pyspec.conformance.verdict import Difference, Explanation, FalseGuard
from pyspec.errors import Mistake, near
from pyspec.language.facts import substitute
from pyspec.trace.model import UNKNOWN, Call, Observation, Relation
from pyspec.trace.write import show_call, show_observation
from pyspec.values import parse, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspec.conformance.module import Formulas
    from pyspec.conformance.verdict import Verdict
    from pyspec.language import Application, Conjunct
    from pyspec.values import Value

GUARD: Final = "guard"
VALUE: Final = "value"
ENABLED: Final = "enabled"
ABSENT: Final = "absent"
MOST_ENABLED: Final = 24


class Probe:
    """The action that takes the place of a rejected event, and its notes."""

    def __init__(self, verdict: Verdict, tag: str) -> None:
        if verdict.event is None:
            msg = "only a rejected event can be probed"
            raise ValueError(msg)
        self.verdict = verdict
        self.event = verdict.event
        self.place = verdict.matched
        self.tag = tag
        self.facts = verdict.question.spec.facts
        self.guards: list[Conjunct] = []
        self.names: dict[str, str | None] = {}

    def formula(self, formulas: Formulas) -> str:
        """Return disjuncts that print; each is false, so no step is taken."""
        parts = [
            *self.guard_prints(formulas),
            *self.value_prints(formulas),
            *self.enabled_prints(formulas),
        ]
        return "(" + " \\/ ".join(f"({part})" for part in parts) + ")"

    def told(self, text: str) -> str:
        """Return TLA+ text with the event's arguments for the parameters."""
        return substitute(text, self.names) or text

    def guard_prints(self, formulas: Formulas) -> Iterator[str]:
        """Name each conjunct of the (first) action that is false."""
        call = next((s for s in self.event.steps if isinstance(s, Call)), None)
        if call is None:
            return
        operator = self.facts.operators[call.action]
        texts = [
            formulas.literals.of(value)
            for value in call.arguments or ()
            if value is not UNKNOWN
        ]
        if len(texts) < len(operator.parameters):
            return  # which of several steps was meant is not known
        meaning = dict(zip(operator.parameters, texts, strict=True))
        self.names = {
            parameter: show(value)
            for parameter, value in zip(
                operator.parameters, call.arguments or (), strict=True
            )
            if value is not UNKNOWN
        }
        for conjunct in operator.guards:
            text = substitute(conjunct.text, meaning) if conjunct.text else None
            if text is None:
                continue
            self.guards.append(conjunct)
            operands = [
                meant
                for operand in conjunct.operands
                if (meant := substitute(operand, meaning)) is not None
            ]
            values = f"<<{', '.join(operands)}>>"
            note = self.note(GUARD, str(len(self.guards)), values)
            yield f"~({text}) /\\ {note} /\\ FALSE"

    def value_prints(self, formulas: Formulas) -> Iterator[str]:
        """What the event's action makes of the observed paths."""
        if len(self.event.steps) != 1:
            return
        step = formulas.step(self.event.steps[0])
        for place, observation in enumerate(self.event.observations, 1):
            guards, path = formulas.path(observation)
            prime = "'" if observation.primed else ""
            there = " /\\ ".join(guards) or "TRUE"
            value = f'(IF {there} THEN <<{path}>> ELSE "{ABSENT}"){prime}'
            note = self.note(VALUE, str(place), value)
            yield f"{step} /\\ {note} /\\ FALSE"

    def enabled_prints(self, formulas: Formulas) -> Iterator[str]:
        """Every labelled action that can change something here."""
        for application in self.facts.applications:
            if not application.labels or not application.translatable:
                continue
            yield self.enabled_print(formulas, application)

    def enabled_print(self, formulas: Formulas, application: Application) -> str:
        """Print the arguments of each step that one place under Next allows."""
        note = self.note(
            ENABLED,
            quoted(application.action),
            "<<" + ", ".join(application.arguments) + ">>",
        )
        variables = formulas.variables
        applied = formulas.applied(application.action, application.arguments)
        body = f"{applied} /\\ {self.facts.next} /\\ {variables}' # {variables}"
        body = f"{body} /\\ {note} /\\ FALSE"
        for name, bound in reversed(application.binders):
            body = f"\\E {name} \\in {bound} : {body}"
        return body

    def note(self, kind: str, *parts: str) -> str:
        """Return the call that prints a note under this probe's tag."""
        inside = ", ".join([quoted(self.tag), quoted(kind), *parts])
        return f"pxTLC!PrintT(<<{inside}>>)"


def explain(probe: Probe, printed: Sequence[str]) -> Explanation:
    """Read what a probe printed."""
    notes = [note for text in printed for note in _note(text)]
    return Explanation(
        guards=tuple(_guards(probe, notes)),
        differences=tuple(_differences(probe, notes)),
        enabled=tuple(_enabled(notes)),
    )


def _note(text: str) -> Iterator[tuple[Value, ...]]:
    try:
        value = parse(text)
    except Mistake:
        return
    if isinstance(value, tuple):
        yield value[1:]


def _guards(
    probe: Probe,
    notes: Sequence[tuple[Value, ...]],
) -> Iterator[FalseGuard]:
    for number, conjunct in enumerate(probe.guards, 1):
        false = [note[2] for note in notes if note[:2] == (GUARD, number)]
        if false:
            path = probe.facts.file_of(conjunct.location)
            yield FalseGuard(
                text=probe.told(conjunct.text or ""),
                file=near(path or conjunct.location.module),
                line=conjunct.location.line,
                values=tuple(_operand_values(probe, conjunct, false)),
            )


def _operand_values(
    probe: Probe,
    conjunct: Conjunct,
    false: Sequence[Value],
) -> Iterator[tuple[str, str]]:
    for values in dict.fromkeys(false):
        if isinstance(values, tuple) and len(values) == len(conjunct.operands):
            for operand, value in zip(conjunct.operands, values, strict=True):
                yield probe.told(operand), show(value)


def _differences(
    probe: Probe,
    notes: Sequence[tuple[Value, ...]],
) -> Iterator[Difference]:
    for place, observation in enumerate(probe.event.observations, 1):
        actual = {note[2] for note in notes if note[0] == VALUE and note[1] == place}
        if not actual:
            continue
        values = [v[0] if isinstance(v, tuple) else None for v in actual]
        if any(v is not None and _meets(v, observation) for v in values):
            continue
        shown = sorted(ABSENT if v is None else show(v) for v in values)
        text = show_observation(observation).removeprefix("/\\ ")
        yield Difference(text, tuple(shown))


def _meets(value: Value, observation: Observation) -> bool:
    wanted = observation.value
    if observation.relation is Relation.EQUALS:
        return value == wanted
    if observation.relation is Relation.ONE_OF:
        return isinstance(wanted, frozenset) and value in wanted
    if not isinstance(value, frozenset):
        return False
    if observation.relation is Relation.CONTAINS:
        return wanted in value
    return isinstance(wanted, frozenset) and wanted <= value


def _enabled(notes: Sequence[tuple[Value, ...]]) -> list[str]:
    calls = {
        (str(note[1]), note[2])
        for note in notes
        if note[0] == ENABLED and isinstance(note[2], tuple)
    }
    shown = sorted(
        show_call(Call(action, arguments or None)) for action, arguments in calls
    )
    if len(shown) > MOST_ENABLED:
        rest = len(shown) - MOST_ENABLED
        return [*shown[:MOST_ENABLED], f"and {rest} more"]
    return shown
