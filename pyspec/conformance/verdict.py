"""What replay answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspec.conformance.question import Question
    from pyspec.trace.model import Event


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
    """A conjunct of the event's action that is false where the trace stands.

    `values` are pairs of an operand that depends on the state and its value
    there, one pair for each value that it has in some candidate state.
    """

    text: str
    file: str
    line: int
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """An observation that the step contradicts, and the value that it gives."""

    observed: str
    actual: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the first impossible event is impossible.

    `guards`: conjuncts of its action that are false; `differences`:
    observations that no step by this action meets; `enabled`: the steps that
    the spec allows instead; `stuck`: it is known to allow none.
    """

    guards: tuple[FalseGuard, ...] = ()
    differences: tuple[Difference, ...] = ()
    enabled: tuple[str, ...] = ()
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question.

    `matched` of the trace's events were matched in order; `event` is the first
    that no behavior matches (None: the initial state already differs, or
    nothing was rejected).  `bound` is set if the rejection holds only for so
    many silent steps per gap.  `why` is one line of prose.
    """

    question: Question
    judgement: Judgement
    matched: int
    event: Event | None = None
    bound: int | None = None
    why: str = ""
    explanation: Explanation = field(default_factory=Explanation)

    @property
    def headline(self) -> str:
        """`conforms`, `rejected at 10`, ... as EXPECT writes it."""
        if self.judgement is not Judgement.REJECTED:
            return str(self.judgement.value)
        place = "INIT" if self.event is None else str(self.event.number)
        text = f"rejected at {place}"
        if self.bound is not None:
            text += f" with at most {self.bound} silent steps per gap"
        return text
