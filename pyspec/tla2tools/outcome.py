"""What a run of TLC found: one verdict, one cause, and the evidence for it.

The messages decide first and the exit code second: TLC exits with 0 after
violations under -continue, after some evaluation errors in temporal formulas,
and after a search that had no initial state to start from.
"""

from __future__ import annotations

import builtins
import enum
import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pyspec.errors import (
    Bug,
    Exit,
    Interrupted,
    Mistake,
    PyspecError,
    Unavailable,
    Undecided,
)
from pyspec.tla2tools.chatter import Kind, SpecError, read_chatter
from pyspec.tla2tools.classify import Cause, classify
from pyspec.tla2tools.counterexample import Behavior, State, behavior_of, to_trace
from pyspec.tla2tools.messages import Message, Severity
from pyspec.tla2tools.numbers import whole
from pyspec.tla2tools.transcript import (
    ActionCoverage,
    OutputReader,
    Reported,
    Transcript,
)
from pyspec.tla2tools.wording import property_names, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyspec.trace.model import Location, Trace
    from pyspec.values.model import Value

__all__ = [
    "Ending",
    "Finding",
    "Outcome",
    "Question",
    "Verdict",
    "judge",
    "read_output",
]


class Verdict(enum.Enum):
    """What the run says about the model."""

    OK = "ok"
    VIOLATED = "violated"
    UNKNOWN = "unknown"
    ERROR = "error"


_FATES: Final[Mapping[Cause, tuple[Verdict, Exit]]] = {
    Cause.NONE: (Verdict.OK, Exit.FINE),
    Cause.INVARIANT: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.DEADLOCK: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.PROPERTY: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.ACTION_PROPERTY: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.ASSERTION: (Verdict.VIOLATED, Exit.VIOLATION),
    Cause.ASSUMPTION: (Verdict.ERROR, Exit.MISTAKE),
    Cause.EVALUATION: (Verdict.ERROR, Exit.MISTAKE),
    Cause.RECURSION: (Verdict.ERROR, Exit.MISTAKE),
    Cause.OVERRIDE: (Verdict.ERROR, Exit.MISTAKE),
    Cause.NO_INITIAL_STATE: (Verdict.ERROR, Exit.MISTAKE),
    Cause.PARSE: (Verdict.ERROR, Exit.MISTAKE),
    Cause.SEMANTIC: (Verdict.ERROR, Exit.MISTAKE),
    Cause.CONFIG: (Verdict.ERROR, Exit.MISTAKE),
    Cause.MISSING_FILE: (Verdict.ERROR, Exit.MISTAKE),
    Cause.USAGE: (Verdict.ERROR, Exit.MISTAKE),
    Cause.TIMEOUT: (Verdict.UNKNOWN, Exit.UNDECIDED),
    Cause.MEMORY: (Verdict.UNKNOWN, Exit.UNDECIDED),
    Cause.STOPPED: (Verdict.UNKNOWN, Exit.INTERRUPTED),
    Cause.KILLED: (Verdict.ERROR, Exit.ENVIRONMENT),
    Cause.DISK: (Verdict.ERROR, Exit.ENVIRONMENT),
    Cause.JAVA: (Verdict.ERROR, Exit.ENVIRONMENT),
    Cause.TLC_BUG: (Verdict.ERROR, Exit.BUG),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One error that TLC reported; with -continue there may be many.

    `property` is the name of what is violated or cannot be evaluated.  TLC
    2.15 and 2.19 do not always say which of several temporal properties is
    violated: then it is None and `candidates` has them all.
    `reason` has lines on what was evaluated, or why a predicate is false.
    """

    cause: Cause
    message: str
    property: str | None = None
    candidates: tuple[str, ...] = ()
    hint: str | None = None
    behavior: Behavior = field(default_factory=Behavior)
    counterexample: Trace | None = None
    positions: tuple[Location, ...] = ()
    reason: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How the process ended: 'exit', 'timeout', 'memory', 'stopped', 'signal'.

    `returncode` is None where nothing is known of it.
    """

    returncode: int | None = None
    how: str = "exit"
    signal: int | None = None
    stderr: str = ""
    seconds: float | None = None
    peak_rss_mb: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What TLC was asked, as far as its answer cannot be read without.

    `temporal` and `invariants` are the names under PROPERTY and INVARIANT in
    the cfg; `behaviors` is false if it has no initial predicate, so that only
    the ASSUMEs are checked.  Limits are those that we set; None means that we
    set none.
    """

    module: str = ""
    module_file: str | None = None
    config_file: str | None = None
    temporal: tuple[str, ...] = ()
    invariants: tuple[str, ...] = ()
    behaviors: bool = True
    constants: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    timeout_s: float | None = None
    memory_mb: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one run.

    `states` are the raw states of the counterexample, None for a variable
    without a value.  `findings` are all errors in the order TLC reported them,
    the first of which decides `cause`.  `exhaustive` is true if TLC has
    visited every reachable state; a simulation never does.  Counts are None
    where TLC did not print them.  `chance` is the seed of what RandomElement and
    the like drew, None if nothing was drawn, or the engine does not tell.

    `engine` is "tlc", "native" or "both".  Of both, `parts` are TLC's and the
    native engine's own outcomes; all else is TLC's, but for `difference`: what
    the two do not agree on, and `report`: the file that has it in full.
    """

    verdict: Verdict
    cause: Cause
    message: str
    property: str | None = None
    candidates: tuple[str, ...] = ()
    hint: str | None = None
    errors: tuple[SpecError, ...] = ()
    counterexample: Trace | None = None
    states: tuple[State, ...] = ()
    findings: tuple[Finding, ...] = ()
    positions: tuple[Location, ...] = ()
    generated: int | None = None
    distinct: int | None = None
    depth: int | None = None
    queue: int | None = None
    seconds: float | None = None
    exhaustive: bool = False
    coverage: tuple[ActionCoverage, ...] = ()
    prints: tuple[str, ...] = ()
    prints_dropped: int = 0
    warnings: tuple[str, ...] = ()
    version: str | None = None
    returncode: int | None = None
    modules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    limited: bool = True
    log: str = ""
    engine: str = "tlc"
    parts: tuple[Outcome, ...] = ()
    difference: str | None = None
    report: str | None = None
    chance: int | None = None

    @classmethod
    def failed(  # noqa: PLR0913 - data of an outcome, all keyword-only
        cls,
        cause: Cause,
        message: str,
        *,
        hint: str | None = None,
        errors: Sequence[SpecError] = (),
        returncode: int | None = None,
        limited: bool = True,
    ) -> Outcome:
        """Return the outcome of a run that could not start, or broke off."""
        return cls(
            _FATES[cause][0],
            cause,
            message,
            hint=hint,
            errors=tuple(errors),
            returncode=returncode,
            limited=limited,
        )

    @classmethod
    def of_error(cls, error: PyspecError) -> Outcome:
        """Return the outcome of a run that raised this error."""
        causes = {
            Exit.MISTAKE: Cause.USAGE,
            Exit.UNDECIDED: Cause.TIMEOUT,
            Exit.ENVIRONMENT: Cause.JAVA,
            Exit.INTERRUPTED: Cause.STOPPED,
        }
        message = f"{error.place}: {error.message}" if error.place else error.message
        cause = causes.get(error.exit, Cause.TLC_BUG)
        return cls.failed(cause, message, hint=error.hint)

    @builtins.property  # a field of this class has the name
    def exit(self) -> Exit:
        """The exit code for this outcome.

        Memory that ran out is *undecided* only if the limit was ours.  Of both
        engines it is the worse of the two, and our bug if they differ.
        """
        if self.difference is not None:
            return Exit.BUG
        if self.parts:
            return Exit.worst([part.exit for part in self.parts])
        if self.cause is Cause.MEMORY and not self.limited:
            return Exit.ENVIRONMENT
        return _FATES[self.cause][1]

    def require(self) -> Outcome:
        """Return the outcome if it is a verdict (ok or violated), else raise it.

        Raises Mistake, Undecided, Unavailable, Interrupted or Bug, by `exit`.
        """
        if self.verdict in {Verdict.OK, Verdict.VIOLATED}:
            return self
        raise self.as_error()

    def as_error(self) -> PyspecError:
        """Return the error that this outcome amounts to."""
        kinds: dict[Exit, type[PyspecError]] = {
            Exit.MISTAKE: Mistake,
            Exit.UNDECIDED: Undecided,
            Exit.ENVIRONMENT: Unavailable,
            Exit.INTERRUPTED: Interrupted,
        }
        first = self.errors[0] if self.errors else None
        return kinds.get(self.exit, Bug)(
            self.message,
            file=(first.file or first.module) if first else None,
            line=first.line if first else None,
            column=first.column if first else None,
            hint=self.hint or (first.hint if first else None),
        )


def read_output(
    lines: Iterable[str],
    ending: Ending | None = None,
    question: Question | None = None,
) -> Outcome:
    """Read a whole recorded output."""
    reader = OutputReader()
    for line in lines:
        reader.feed(line)
    return judge(reader.close(), ending or Ending(), question or Question())


def judge(said: Transcript, ending: Ending, question: Question) -> Outcome:
    """Put the outcome of a run together; never fails."""
    return _Judge(said, ending, question).outcome()


class _Judge:
    def __init__(self, said: Transcript, ending: Ending, question: Question) -> None:
        self.said = said
        self.ending = ending
        self.question = question
        self.chatter = read_chatter(said.chatter)

    def outcome(self) -> Outcome:
        findings = tuple(map(self._finding, self._errors_reported()))
        return self._outcome(findings[0] if findings else self._no_error(), findings)

    def _errors_reported(self) -> list[Reported]:
        """Without those TLC reports as a consequence of one before."""
        errors = self.said.errors
        return errors[:1] + [one for one in errors[1:] if not _echoes(one)]

    def _finding(self, one: Reported) -> Finding:
        cause = classify(one.head, self.chatter)
        behavior = self._behavior(one)
        names = self._names(one.head, cause)
        wording = word(one.head, cause, names, len(behavior.states), self.chatter)
        return Finding(
            cause=cause,
            message=wording.message,
            property=names[0] if len(names) == 1 else None,
            candidates=names if len(names) > 1 else (),
            hint=wording.hint,
            behavior=behavior,
            counterexample=self._trace(behavior),
            positions=one.positions or wording.positions or _left_open(one, behavior),
        )

    def _names(self, head: Message, cause: Cause) -> tuple[str, ...]:
        """Return what is violated; all that may be, where TLC does not tell.

        Of a refinement it names the place of the action, or an operator inside
        of the property (`Init`), which may be none that the cfg names.
        """
        names, asked = property_names(head), self.question
        if cause not in _OF_A_PROPERTY or not asked.temporal:
            return names
        known = {*asked.temporal}
        if cause is Cause.INVARIANT:
            known |= {*asked.invariants}
        return names if names and known.issuperset(names) else asked.temporal

    def _behavior(self, one: Reported) -> Behavior:
        behavior = behavior_of([*_state_inside(one.head), *one.states])
        if behavior.states and behavior.damage is None and self._is_cut(one):
            return replace(behavior, damage="TLC ended while it printed this behavior")
        return behavior

    def _is_cut(self, one: Reported) -> bool:
        if self.said.finished:
            return False
        return bool(one.states) and self.said.last is one.states[-1]

    def _trace(self, behavior: Behavior) -> Trace | None:
        return to_trace(
            behavior,
            self.question.module,
            constants=self.question.constants,
            meta={"recorder": f"TLC {self.said.version or ''}".strip()},
        )

    def _no_error(self) -> Finding:
        """Judge a run that reported no error: by success, ending, exit code."""
        said = self.said
        if _SUCCESS in said.codes:
            return self._success()
        if self.ending.how in _LIMITS:
            cause, what = _LIMITS[self.ending.how]
            return Finding(cause, self._so_far(what))
        if _too_little_memory(self._noise()):
            return Finding(Cause.MEMORY, "the machine has too little memory for Java")
        if self._killed():
            return Finding(Cause.KILLED, self._so_far(self._signal_words()))
        if not said.codes:
            return self._no_java()
        if _SIMULATION in said.codes and said.finished and not self.ending.returncode:
            return Finding(Cause.NONE, "no violation in the simulated behaviors")
        return self._unexplained()

    def _success(self) -> Finding:
        counts = self.said.counts
        if not self.question.behaviors:
            return Finding(
                Cause.NONE, "every ASSUME holds; there was nothing else to check"
            )
        if counts is not None and counts.distinct == 0:
            return Finding(
                Cause.NO_INITIAL_STATE,
                "no state satisfies the initial predicate, so nothing was checked",
                hint="is Init, or a CONSTRAINT, FALSE for these constants?",
            )
        return Finding(Cause.NONE, "no violation was found")

    def _so_far(self, what: str) -> str:
        counts = self.said.counts
        if counts is None or counts.distinct is None:
            return f"{what} before a verdict"
        found = f"{what} before a verdict: {counts.distinct:,} distinct states found"
        waiting = "" if counts.queue is None else f", {counts.queue:,} on the queue"
        return found + waiting

    def _noise(self) -> str:
        return "\n".join([*self.said.log, self.ending.stderr]).strip()

    def _killed(self) -> bool:
        """Whether a signal ended it, or the output ends and nothing tells why."""
        code = self.ending.returncode
        if code is None:
            cut = bool(self.said.codes) and not self.said.finished
            return self.ending.how == "signal" or cut
        return self.ending.how == "signal" or code < 0 or code in _SIGNALLED

    def _signal_words(self) -> str:
        number = self.ending.signal
        code = self.ending.returncode
        if number is None and code is not None:
            number = -code if code < 0 else code - _SIGNAL_BASE
        return f"TLC was killed by signal {number}" if number else "TLC was cut off"

    def _no_java(self) -> Finding:
        lines = [line.strip() for line in self._noise().splitlines() if line.strip()]
        first = next((line for line in lines if "rror" in line), "it said nothing")
        hint = "`pyspec doctor` shows which Java and which jar are used"
        return Finding(Cause.JAVA, f"Java cannot run TLC: {first}", hint=hint)

    def _unexplained(self) -> Finding:
        if "No space left on device" in self._noise() or "IOEx" in self._noise():
            return Finding(Cause.DISK, "TLC could not read or write its files")
        code = self.ending.returncode
        said = f"TLC ended with exit code {code} and told neither verdict nor error"
        return Finding(Cause.TLC_BUG, said)

    def _outcome(self, first: Finding, findings: tuple[Finding, ...]) -> Outcome:
        said = self.said
        counts = said.counts
        took = self.ending.seconds
        return Outcome(
            verdict=_FATES[first.cause][0],
            cause=first.cause,
            message=first.message,
            property=first.property,
            candidates=first.candidates,
            hint=first.hint,
            errors=self._spec_errors(first),
            counterexample=first.counterexample,
            states=first.behavior.states,
            findings=findings,
            positions=first.positions,
            generated=counts.states if counts else None,
            distinct=counts.distinct if counts else None,
            queue=counts.queue if counts else None,
            depth=said.depth or (counts.depth if counts else None),
            seconds=said.seconds if took is None else took,
            exhaustive=_SUCCESS in said.codes,
            coverage=tuple(said.coverage),
            prints=tuple(said.prints),
            prints_dropped=said.prints_dropped,
            warnings=(*said.warnings, *map(str, self.chatter.warnings)),
            version=said.version,
            returncode=self.ending.returncode,
            modules=MappingProxyType(dict(self.chatter.files)),
            limited=self._limited(first.cause),
            log=self._noise(),
        )

    def _limited(self, cause: Cause) -> bool:
        if cause is not Cause.MEMORY:
            return True
        return self.ending.how == "memory" or self.question.memory_mb is not None

    def _spec_errors(self, first: Finding) -> tuple[SpecError, ...]:
        if first.cause in _FROM_SANY and self.chatter.errors:
            return tuple(self.chatter.errors)
        if first.cause in {Cause.CONFIG, Cause.MISSING_FILE}:
            return (self._config_error(first),)
        if first.cause in _AT_A_PLACE and first.positions:
            return (self._placed_error(first, first.positions[-1]),)
        return ()

    def _config_error(self, first: Finding) -> SpecError:
        line = re.search(r"\bline (\d+)\b", first.message)
        return SpecError(
            first.message,
            Kind.CONFIG,
            self.question.config_file,
            whole(line[1]) if line else None,
            hint=first.hint,
        )

    def _placed_error(self, first: Finding, place: Location) -> SpecError:
        return SpecError(
            first.message,
            Kind.EVALUATION,
            self.chatter.files.get(place.module),
            place.line,
            place.column,
            place.module,
            hint=first.hint,
        )


_SUCCESS: Final = 2193
_SIMULATION: Final = 2188
_LIMITS: Final = {
    "timeout": (Cause.TIMEOUT, "the time limit was reached"),
    "memory": (Cause.MEMORY, "the memory limit was reached"),
    "stopped": (Cause.STOPPED, "TLC was stopped"),
}
_SIGNAL_BASE: Final = 128
_SIGNALLED: Final = frozenset({129, 130, 131, 134, 137, 139, 143})
_FROM_SANY: Final = frozenset({Cause.PARSE, Cause.SEMANTIC, Cause.MISSING_FILE})
_AT_A_PLACE: Final = frozenset(
    {Cause.EVALUATION, Cause.ASSERTION, Cause.ASSUMPTION, Cause.RECURSION}
)


_OF_A_PROPERTY: Final = frozenset(
    {Cause.INVARIANT, Cause.PROPERTY, Cause.ACTION_PROPERTY}
)


def _left_open(one: Reported, behavior: Behavior) -> tuple[Location, ...]:
    """Return the action that leaves a variable open (2109): the last one taken."""
    if one.head.code != _INCOMPLETE or not behavior.calls:
        return ()
    location = behavior.calls[-1].location
    return () if location is None else (location,)


_INCOMPLETE: Final = 2109


def _state_inside(head: Message) -> list[Message]:
    """Return the state that stands in the message itself (2102, 2106, 2107, 2108)."""
    if head.code not in {2102, 2106, 2107, 2108}:
        return []
    lines = head.text.split("\n")
    heading = re.compile(
        r".*(?:by the initial state|the initial predicate|on the initial state):\s*\Z"
    )
    for place, line in enumerate(lines):
        if heading.match(line):
            body = "\n".join(["1: <Initial predicate>", *lines[place + 1 :]])
            return [Message(2217, Severity.STATE, (body,), head.complete)]
    return []


def _echoes(one: Reported) -> bool:
    """Whether a later error only repeats an earlier one."""
    return one.head.code in {2147, 2102} and not one.states


def _too_little_memory(noise: str) -> bool:
    return (
        "insufficient memory for the Java Runtime" in noise
        or "Could not reserve enough space" in noise
    )
