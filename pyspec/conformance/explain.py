"""Why the first impossible event is impossible, asked of TLC.

At that event a *probe* takes its place: an action that prints instead of
deciding.  It prints, in each state that the spec may be in there, which
state-level conjuncts of the event's action are false, what the action (if it
can happen) makes of each observed path, and every step that is enabled.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from pyspec.conformance.module import quoted
from pyspec.conformance.verdict import Difference, Explanation, FalseGuard
from pyspec.errors import Mistake, near
from pyspec.language.facts import substitute
from pyspec.trace.model import UNKNOWN, Call, Skip
from pyspec.trace.write import show_call, show_observation
from pyspec.values import canonical, parse, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyspec.conformance.module import Formulas
    from pyspec.conformance.verdict import Verdict
    from pyspec.language import Application, Conjunct
    from pyspec.values import Value

GUARDS: Final = "guards"
VALUE: Final = "value"
ENABLED: Final = "enabled"
ANY: Final = "any"
ABSENT: Final = "absent"
MOST_SHOWN: Final = 24


class Detail(enum.Enum):
    """How much a probe asks.  What TLC cannot evaluate costs all of its answers.

    FULL: everything.  ORDERED: of the conjuncts only the first that is false, as
    later ones may mean nothing then, and not what is enabled.  BARE: that
    conjunct's number only.
    """

    FULL = "full"
    ORDERED = "ordered"
    BARE = "bare"


class Probe:
    """The action that takes the place of a rejected event, and its notes."""

    def __init__(
        self,
        verdict: Verdict,
        tag: str,
        detail: Detail = Detail.FULL,
    ) -> None:
        if verdict.event is None:
            msg = "only a rejected event can be probed"
            raise ValueError(msg)
        self.verdict = verdict
        self.event = verdict.event
        self.place = verdict.matched
        self.tag = tag
        self.detail = detail
        self.facts = verdict.question.spec.facts
        self.guards: list[Conjunct] = []
        self.names: dict[str, str | None] = {}

    def formula(self, formulas: Formulas) -> str:
        """Return disjuncts that print; each is false, so no step is taken."""
        parts = [*self.guard_prints(formulas)]
        if self.detail is not Detail.BARE:
            parts += self.value_prints(formulas)
        if self.detail is Detail.FULL:
            parts += self.enabled_prints(formulas)
        return " \\/ ".join(f"({part})" for part in parts or ["FALSE"])

    def told(self, text: str) -> str:
        """Return TLA+ text with the event's arguments for the parameters."""
        return substitute(text, self.names) or text

    def guard_prints(self, formulas: Formulas) -> Iterator[str]:
        """Name the conjuncts of the event's first action that are false."""
        call = next((s for s in self.event.steps if not isinstance(s, Skip)), None)
        if not isinstance(call, Call):
            return
        operator = self.facts.operators[call.action]
        arguments = call.arguments or ()
        known = [argument for argument in arguments if argument is not UNKNOWN]
        if len(known) < len(operator.parameters):
            return  # which of several steps was meant is not known
        names = operator.parameters
        texts = dict(zip(names, map(formulas.literals.of, known), strict=True))
        self.names = dict(zip(names, map(show, known), strict=True))
        self.guards = [
            conjunct
            for conjunct in operator.guards
            if conjunct.text and substitute(conjunct.text, texts)
        ]
        if self.guards:
            falses = self.falses(texts)
            yield f"{self.note(GUARDS, falses)} /\\ FALSE"

    def falses(self, meaning: Mapping[str, str]) -> str:
        """A tuple with an entry for each conjunct: its values if false, or <<>>."""
        texts = [substitute(guard.text or "", meaning) for guard in self.guards]
        values = [self.values(guard, meaning) for guard in self.guards]
        if self.detail is Detail.FULL:
            entries = [
                f"IF {text} THEN <<>> ELSE <<{value}>>"
                for text, value in zip(texts, values, strict=True)
            ]
            return f"<<{', '.join(entries)}>>"
        none = ["<<>>"] * len(texts)
        result = f"<<{', '.join(none)}>>"
        for place in reversed(range(len(texts))):
            only = [*none[:place], f"<<{values[place]}>>", *none[place + 1 :]]
            result = f"IF {texts[place]} THEN {result} ELSE <<{', '.join(only)}>>"
        return result

    def values(self, guard: Conjunct, meaning: Mapping[str, str]) -> str:
        """Return a tuple of a conjunct's operands that depend on the state."""
        if self.detail is Detail.BARE:
            return "<<>>"
        operands = (substitute(operand, meaning) for operand in guard.operands)
        return f"<<{', '.join(operand for operand in operands if operand)}>>"

    def value_prints(self, formulas: Formulas) -> Iterator[str]:
        """What the event's action makes of the observed paths."""
        if len(self.event.steps) != 1:
            return
        step = formulas.step(self.event.steps[0])
        for place, observation in enumerate(self.event.observations, 1):
            guards, path = formulas.path(observation)
            prime = "'" if observation.primed else ""
            there = " /\\ ".join(guards) or "TRUE"
            fact = formulas.fact(observation, path)
            value = f"(IF {there} THEN <<{fact}, {path}>> ELSE <<FALSE>>){prime}"
            note = self.note(VALUE, str(place), value)
            yield f"{step} /\\ {note} /\\ FALSE"

    def enabled_prints(self, formulas: Formulas) -> Iterator[str]:
        """Every labelled action that can change something here, and if any can.

        Labels stand where Next applies an action directly, so that the action
        alone says it all.
        """
        changes = f"{formulas.variables}' # {formulas.variables}"
        yield f"{self.facts.next} /\\ {changes} /\\ {self.note(ANY)} /\\ FALSE"
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
        applied = formulas.applied(application.action, application.arguments)
        changes = f"{formulas.variables}' # {formulas.variables}"
        body = f"{applied} /\\ {changes} /\\ {note} /\\ FALSE"
        for name, bound in reversed(application.binders):
            body = f"\\E {name} \\in ({bound}) : {body}"
        return body

    def note(self, kind: str, *parts: str) -> str:
        """Return the call that prints a note under this probe's tag."""
        inside = ", ".join([quoted(self.tag), quoted(kind), *parts])
        return f"pxTLC!PrintT(<<{inside}>>)"


def explain(probe: Probe, printed: Sequence[str]) -> Explanation:
    """Read what a probe printed."""
    notes = [note for text in printed for note in _note(text)]
    is_full = probe.detail is Detail.FULL
    return Explanation(
        guards=tuple(_guards(probe, notes)),
        differences=tuple(_differences(probe, notes)),
        enabled=tuple(_enabled(notes)),
        stuck=is_full and all(note[0] not in {ANY, ENABLED} for note in notes),
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
    """Name what is false in the states where the action is nearest to possible.

    Those are where fewest conjuncts are false, or, if only the first that is
    false is known, where it comes last.  None, if all hold in some state.
    """
    states = {
        note[1] for note in notes if note[0] == GUARDS and isinstance(note[1], tuple)
    }
    distance = {state: _distance(probe, state) for state in states}
    nearest = [s for s in states if distance[s] == min(distance.values())]
    for place, conjunct in enumerate(probe.guards):
        false = [state[place] for state in nearest if state[place]]
        if false:
            path = probe.facts.file_of(conjunct.location)
            yield FalseGuard(
                text=probe.told(conjunct.text or ""),
                file=near(path or conjunct.location.module),
                line=conjunct.location.line,
                values=tuple(_operand_values(probe, conjunct, false)),
            )


def _distance(probe: Probe, state: tuple[Value, ...]) -> int:
    """How far an action is from possible, by its conjuncts that are false."""
    false = [place for place, values in enumerate(state) if values]
    if probe.detail is Detail.FULL or not false:
        return len(false)
    return len(state) - false[0]


def _operand_values(
    probe: Probe,
    conjunct: Conjunct,
    false: Sequence[Value],
) -> Iterator[tuple[str, str]]:
    for found in canonical(set(false))[:MOST_SHOWN]:
        values = found[0] if isinstance(found, tuple) else None
        if isinstance(values, tuple) and len(values) == len(conjunct.operands):
            for operand, value in zip(conjunct.operands, values, strict=True):
                yield probe.told(operand), show(value)


def _differences(
    probe: Probe,
    notes: Sequence[tuple[Value, ...]],
) -> Iterator[Difference]:
    for place, observation in enumerate(probe.event.observations, 1):
        found = {
            note[2]
            for note in notes
            if note[:2] == (VALUE, place) and isinstance(note[2], tuple)
        }
        if not found or any(meets for meets, *_ in found):
            continue
        values = canonical({value[0] for _, *value in found if value})
        shown = [show(value) for value in values]
        if any(not value for _, *value in found):
            shown.append(ABSENT)
        text = show_observation(observation).removeprefix("/\\ ")
        yield Difference(text, tuple(_few(shown)))


def _enabled(notes: Sequence[tuple[Value, ...]]) -> list[str]:
    calls = {
        (str(note[1]), note[2])
        for note in notes
        if note[0] == ENABLED and isinstance(note[2], tuple)
    }
    shown = sorted(
        show_call(Call(action, arguments or None)) for action, arguments in calls
    )
    return _few(shown)


def _few(shown: list[str]) -> list[str]:
    if len(shown) <= MOST_SHOWN:
        return shown
    return [*shown[:MOST_SHOWN], f"and {len(shown) - MOST_SHOWN} more"]
