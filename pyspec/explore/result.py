"""What an exploration found: one verdict, one cause, and the evidence for it.

Names and values of verdicts and causes are those of TLC's outcomes, so that
reports read alike.
"""

from __future__ import annotations

import builtins
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyspec.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.errors import PyspecError
    from pyspec.explore.model import State, Step
    from pyspec.language.reasons import Reason

__all__ = ["STUTTER", "Cause", "Counterexample", "Result", "Verdict"]

STUTTER: Final = ""
"""The action of a step that changes no variable and is none of the model's."""


class Verdict(enum.Enum):
    """What the exploration says about the model."""

    OK = "ok"
    VIOLATED = "violated"
    UNKNOWN = "unknown"
    ERROR = "error"


class Cause(enum.Enum):
    """Why the exploration ended as it did."""

    NONE = "none"
    INVARIANT = "invariant"
    DEADLOCK = "deadlock"
    PROPERTY = "property"
    ACTION_PROPERTY = "action_property"
    ASSERTION = "assertion"
    EVALUATION = "evaluation"
    RECURSION = "recursion"
    NO_INITIAL_STATE = "no_initial_state"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    STATES = "states"
    STOPPED = "stopped"


_FATES: Final[Mapping[Cause, tuple[Verdict, Exit]]] = {
    Cause.NONE: (Verdict.OK, Exit.FINE),
    Cause.INVARIANT: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.DEADLOCK: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.PROPERTY: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.ACTION_PROPERTY: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.ASSERTION: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.EVALUATION: (Verdict.ERROR, Exit.MISTAKE),
    Cause.RECURSION: (Verdict.ERROR, Exit.MISTAKE),
    Cause.NO_INITIAL_STATE: (Verdict.ERROR, Exit.MISTAKE),
    Cause.TIMEOUT: (Verdict.UNKNOWN, Exit.UNDECIDED),
    Cause.MEMORY: (Verdict.UNKNOWN, Exit.UNDECIDED),
    Cause.STATES: (Verdict.UNKNOWN, Exit.UNDECIDED),
    Cause.STOPPED: (Verdict.UNKNOWN, Exit.INTERRUPTED),
}


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A behavior: an initial state, and the steps that follow.

    A lasso goes on from its last state as from the state numbered `back_to`
    (from 1, the initial state), which is the same; its loop has at least one
    step.  A behavior that `stutters` stays in its last state for ever.
    """

    initial: State
    steps: tuple[Step, ...] = ()
    back_to: int | None = None
    stutters: bool = False

    @property
    def states(self) -> tuple[State, ...]:
        """All states; the last of a lasso is the one it goes back to."""
        return (self.initial, *(step.state for step in self.steps))


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one exploration.

    `property` is the name of what is violated or could not be evaluated.
    `distinct`, `generated` and `depth` count as TLC does: `depth` is that of
    the deepest state found, 1 for an initial state, and the least possible
    only in a breadth-first search.  `queue` is how many states were left to
    explore.  `exhaustive` is true if every reachable state was visited (of
    those inside the constraints).  `error` is what the model raised, `reason` why a
    predicate is false, if the model can tell.
    """

    cause: Cause
    message: str
    property: str | None = None
    counterexample: Counterexample | None = None
    distinct: int = 0
    generated: int = 0
    depth: int = 0
    queue: int = 0
    seconds: float = 0.0
    exhaustive: bool = False
    error: PyspecError | None = None
    reason: Reason | None = None

    @builtins.property  # a field of this class has the name
    def verdict(self) -> Verdict:
        """The verdict, which the cause decides."""
        return _FATES[self.cause][0]

    @builtins.property
    def exit(self) -> Exit:
        """The exit code for this result."""
        return _FATES[self.cause][1]
