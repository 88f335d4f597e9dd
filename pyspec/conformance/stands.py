"""How far the logs of several processes were matched, and why not further."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pyspec.conformance.verdict import Explanation, Judgement
from pyspec.language.runtime.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pyspec.conformance.causality import Execution, Place
    from pyspec.conformance.native import NativeEngine
    from pyspec.conformance.question import Question
    from pyspec.conformance.walk import Walk
    from pyspec.trace.model import Event

__all__ = ["JointVerdict", "Stand", "explained", "prolonged", "told"]


@dataclass(frozen=True, slots=True)
class Stand:
    """How far the log of one process was matched.

    `event` is the next one; it could not happen there, as `explanation` says,
    or was not tried because it comes after `waits_for`, an event of another
    process: that and the event's number.  If it could not happen, `helped` says
    that one by another process that stands still might have made it possible.
    """

    process: str
    file: str | None
    matched: int
    total: int
    event: Event | None = None
    waits_for: tuple[str, int] | None = None
    helped: bool = False
    explanation: Explanation = field(default_factory=Explanation)


@dataclass(frozen=True, slots=True)
class JointVerdict:
    """The answer for one execution.

    `stands` are those of the interleaving that was gone furthest with, and
    `order` are its events, as (process, event's number); if it conforms, these
    are all.  `bound` is set if the rejection holds only for so many silent steps
    per gap.  `why` is one line of prose.
    """

    execution: Execution
    judgement: Judgement
    stands: tuple[Stand, ...]
    order: tuple[tuple[str, int], ...] = ()
    bound: int | None = None
    why: str = ""
    key: str | None = None

    @property
    def matched(self) -> int:
        """How many events were matched."""
        return sum(stand.matched for stand in self.stands)

    @property
    def stuck(self) -> tuple[Stand, ...]:
        """Where the next event is impossible, of a rejection: `helped` ones last."""
        if self.judgement is not Judgement.REJECTED:
            return ()
        found = [s for s in self.stands if s.event is not None and s.waits_for is None]
        return tuple(sorted(found, key=lambda stand: stand.helped))

    @property
    def headline(self) -> str:
        """`conforms`, `rejected at r1:10 and tm:3`, ..."""
        if self.judgement is not Judgement.REJECTED:
            return str(self.judgement.value)
        places = [
            f"{stand.process}:{stand.event.number}"
            for stand in self.stuck
            if stand.event is not None and not stand.helped
        ]
        text = f"rejected at {' and '.join(places) or 'INIT'}"
        if self.bound is not None:
            text += f" with at most {self.bound} silent steps per gap"
        return text


def told(
    execution: Execution, judgement: Judgement, order: Sequence[Place], why: str = ""
) -> JointVerdict:
    """Return the verdict after these events."""
    done = [0] * len(execution.logs)
    for process, _ in order:
        done[process] += 1
    stands = (
        Stand(log.process, log.file, matched, len(log.events))
        for log, matched in zip(execution.logs, done, strict=True)
    )
    events = tuple(_named(execution, place) for place in order)
    return JointVerdict(execution, judgement, tuple(stands), events, why=why)


def _named(execution: Execution, place: Place) -> tuple[str, int]:
    return execution.logs[place[0]].process, execution.event(place).number


def prolonged(execution: Execution, walk: Walk, order: Sequence[Place]) -> list[Place]:
    """Go on with any events that are possible after some, until none is.

    The walk then has the states that the spec may be in there.
    """
    walk.start()
    for place in order:
        walk.take(execution.event(place))
    found = [*order]
    while (more := _possible(execution, walk, found)) is not None:
        found.append(more)
    return found


def _possible(execution: Execution, walk: Walk, order: Sequence[Place]) -> Place | None:
    """Take one of the events that may come next; None if none is possible."""
    for place in execution.free(order):
        before = walk.states
        try:
            if walk.take(execution.event(place)):
                return place
        except EvaluationError:
            pass  # it cannot be said to be possible
        walk.states = before
    return None


def explained(
    verdict: JointVerdict,
    order: Sequence[Place],
    question: Question,
    engine: NativeEngine,
    hopeless: Collection[int],
) -> JointVerdict:
    """Say of each process what its next event is, and of some why it cannot happen.

    The question's trace is the header that the events were held to; `hopeless`
    are the processes that nobody else could have helped.
    """
    execution = verdict.execution
    free = execution.free(order)
    blamed = [place for place in free if place[0] in hopeless] or free
    reasons = dict(
        zip(blamed, _reasons(verdict, order, blamed, question, engine), strict=True)
    )
    stands = [
        stand
        if stand.matched == stand.total
        else replace(
            stand,
            event=execution.event((process, stand.matched)),
            waits_for=_cause(execution, (process, stand.matched), order),
            helped=bool(hopeless) and process not in hopeless,
            explanation=reasons.get((process, stand.matched), Explanation()),
        )
        for process, stand in enumerate(verdict.stands)
    ]
    return replace(verdict, stands=tuple(stands))


def _cause(
    execution: Execution, place: Place, order: Sequence[Place]
) -> tuple[str, int] | None:
    """Name an event that has to come before this one, and has not happened."""
    missing = execution.missing(place, order)
    return None if missing is None else _named(execution, missing)


def _reasons(
    verdict: JointVerdict,
    order: Sequence[Place],
    blamed: Sequence[Place],
    question: Question,
    engine: NativeEngine,
) -> list[Explanation]:
    """Explain each impossible event as one that a single trace ends with."""
    known = replace(verdict.execution, header=question.trace)
    questions = [
        replace(question, trace=known.trace([*order, place])) for place in blamed
    ]
    return [found.explanation for found in engine.decide(questions)]
