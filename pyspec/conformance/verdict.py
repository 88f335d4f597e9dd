"""What replay answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspec.conformance.question import Question
    from pyspec.trace.model import Call, Event


class Judgement(enum.Enum):
    """How a trace relates to its spec.

    UNKNOWN: a limit was hit before there was an answer; MALFORMED: the trace
    asks something that the spec cannot be asked.
    """

    CONFORMS = "conforms"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class FalseGuard:
    """A condition of the event's action that is false where the trace stands.

    `values` are pairs of an operand that depends on the state and its value
    there.
    """

    text: str
    file: str
    line: int
    values: tuple[tuple[str, str], ...] = ()
    column: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """An observation that the step contradicts, and the values that it gives.

    `parts` are lines that name what differs inside of a large value; `primed`
    says whether the observation is of the state after the step.
    """

    observed: str
    actual: tuple[str, ...]
    parts: tuple[str, ...] = ()
    primed: bool = True

    @property
    def gives(self) -> str:
        """Who says what is actual."""
        return "the step gives" if self.primed else "the spec has"


@dataclass(frozen=True, slots=True)
class Nearest:
    """A step that is possible, and the observations that it contradicts."""

    call: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the first impossible event is impossible, in one candidate state.

    That is the one where the event is nearest to possible: where fewest
    conditions are false, then fewest observations differ.

    - guards: conditions of its action that are false
    - differences: observations that no step by this action meets
    - enabled: the steps that the spec allows instead; stuck: it allows none
    - attempt: which step came nearest, where the event leaves that open
    - step: of an event with several steps, the one that is impossible
    - alone: its action is possible, but Next does not take it so
    - nearest: other steps that give all that is observed, or, of `?`, those
      that come nearest to it
    - state: the candidate's variables and their values
    - states: how many candidate states there were; others: some of them
    """

    guards: tuple[FalseGuard, ...] = ()
    differences: tuple[Difference, ...] = ()
    enabled: tuple[str, ...] = ()
    stuck: bool = False
    attempt: str = ""
    step: str = ""
    alone: bool = False
    nearest: tuple[Nearest, ...] = ()
    state: tuple[tuple[str, str], ...] = ()
    states: int = 0
    others: tuple[Explanation, ...] = ()


class Truth(enum.Enum):
    """What the behaviors that match a trace say of a property.

    SATISFIED and VIOLATED: all of them do.  PENDING: what was recorded does not
    decide it.
    """

    SATISFIED = "satisfied"
    VIOLATED = "violated"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class PropertyVerdict:
    """The verdict on one property.

    - obligations: what every matching behavior still waits for, or waits for in vain
    - since: after how many events nothing could make it true any more, whichever
      behavior it is; None if that is not known, or so only after the last event
    - possible: some matching behaviors violate it, and not all of them; then
      `witnesses` tell one of each apart
    """

    name: str
    truth: Truth
    obligations: tuple[str, ...] = ()
    since: int | None = None
    possible: bool = False
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """What fairness demands and does not get: an action, or a formula's text."""

    call: Call | None
    text: str


@dataclass(frozen=True, slots=True)
class Fairness:
    """Whether some matching behavior is fair; if none is, what is owed.

    `everywhere`: each matching behavior owes it; else one does, and none owes just
    a part of it.
    `unjudged` says why nobody knows.
    """

    owed: tuple[Owed, ...] = ()
    everywhere: bool = True
    unjudged: str = ""

    @property
    def fair(self) -> bool:
        """Whether some matching behavior is fair."""
        return not self.owed and not self.unjudged


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question.

    `matched` of the trace's events were matched in order; `event` is the first
    that no behavior matches (None: the initial state already differs, or
    nothing was rejected).  `bound` is set if the rejection holds only for so
    many silent steps per gap.  `why` is one line of prose.  `part` is how many
    steps of that event, if it has several, were matched.  `properties` and
    `fairness` are judged of traces that conform; None: fairness was not.
    """

    question: Question
    judgement: Judgement
    matched: int
    event: Event | None = None
    bound: int | None = None
    why: str = ""
    explanation: Explanation = field(default_factory=Explanation)
    part: int = 0
    properties: tuple[PropertyVerdict, ...] = ()
    fairness: Fairness | None = None

    @property
    def violated(self) -> tuple[str, ...]:
        """The names of the properties that it violates."""
        found = (p for p in self.properties if p.truth is Truth.VIOLATED)
        return tuple(each.name for each in found)

    @property
    def owed(self) -> tuple[str, ...]:
        """What is owed, as text."""
        return tuple(each.text for each in self.fairness.owed) if self.fairness else ()

    @property
    def headline(self) -> str:
        """`conforms`, `rejected at 10`, ... as EXPECT writes it."""
        if self.judgement is Judgement.CONFORMS and self.owed:
            return f"owes {', '.join(self.owed)}"
        if self.judgement is Judgement.CONFORMS and self.violated:
            return f"violates {', '.join(self.violated)}"
        if self.judgement is not Judgement.REJECTED:
            return str(self.judgement.value)
        place = "INIT" if self.event is None else str(self.event.number)
        text = f"rejected at {place}"
        if self.bound is not None:
            text += f" with at most {self.bound} silent steps per gap"
        return text
