"""Judging fairness and properties of the traces of one group that conform."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyspec.conformance.behaviors import first_unrepeatable, settled
from pyspec.conformance.claimed import Claims, claimed_of, compile_claims
from pyspec.conformance.properties import Judge
from pyspec.conformance.tlc_engine import rejection
from pyspec.conformance.verdict import Fairness, Judgement, Verdict
from pyspec.conformance.walk import Walk
from pyspec.errors import Interrupted, Mistake, Undecided
from pyspec.explore.limits import Stopped
from pyspec.explore.result import Cause
from pyspec.language.runtime.errors import EvaluationError
from pyspec.trace.model import UNKNOWN, End, Expected, Loop

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Sequence

    from pyspec.conformance.claimed import Claimed
    from pyspec.conformance.question import Question
    from pyspec.conformance.walk import Asking
    from pyspec.language.state import State
    from pyspec.tla2tools import Toolchain

__all__ = ["Judging", "ends_matter", "online", "unrepeatable"]


def ends_matter(question: Question) -> bool:
    """Whether more is asked than whether some behavior matches the trace.

    Then all states that may be reached are needed, and not just one of each kind.
    """
    loops = isinstance(question.trace.end, Loop)
    return loops or _is_asked(question, claimed_of(question))


def _is_asked(question: Question, claimed: Claimed) -> bool:
    """Whether fairness or a property is to be judged."""
    cut = question.trace.end in {End.CUT, End.CRASHED}
    return bool(claimed.names) or not (cut or claimed.specification is None)


class Judging:
    """Adds properties and fairness to verdicts on traces of one spec.

    `group` has all questions that may come, so that one compilation does for them.
    """

    def __init__(
        self,
        group: Sequence[Question],
        toolchain: Callable[[], Toolchain],
        stop: threading.Event | None = None,
    ) -> None:
        self._group = group
        self._toolchain = toolchain
        self._stop = stop
        self._known: dict[Claimed, Claims | Mistake] = {}

    def judged(
        self, verdict: Verdict, asking: Asking, ends: Iterable[State]
    ) -> Verdict:
        """Return the verdict on a trace that conforms with all that is judged of it.

        `ends` are the states that are possible after its last event.
        """
        question = verdict.question
        claimed = claimed_of(question)
        if not _is_asked(question, claimed):
            return verdict
        try:
            return self._under(verdict, claimed, asking, ends)
        except (Mistake, EvaluationError, Undecided) as error:
            if claimed.wanted or claimed.specification is None:
                return _unjudged(verdict, error)
            without = replace(claimed, specification=None)
            reason = Fairness(unjudged=f"fairness: {error.message}")
        try:
            found = self._under(verdict, without, asking, ends)
        except (Mistake, EvaluationError, Undecided) as error:
            return _unjudged(verdict, error)
        cut = question.trace.end in {End.CUT, End.CRASHED}
        return found if found.fairness or cut else replace(found, fairness=reason)

    def _under(
        self, verdict: Verdict, claimed: Claimed, asking: Asking, ends: Iterable[State]
    ) -> Verdict:
        question = verdict.question
        claims = self._claims(question, claimed)
        judge = Judge(settled(question.trace), claims, question.spec.facts, _nothing)
        walk = Walk(asking, settled(question.trace), _nothing)
        try:
            with asking.steps.spec.naming():
                fairness, properties = judge.judged(walk, ends)
        except Stopped as stopped:
            if stopped.cause is Cause.STOPPED:
                raise Interrupted("interrupted while judging properties") from None
            return _unknown(verdict, stopped.message)
        verdict = replace(verdict, question=_meant(question, asking))
        return replace(verdict, fairness=fairness, properties=properties)

    def _claims(self, question: Question, claimed: Claimed) -> Claims:
        """Return what is claimed of a trace, compiled with that of all others."""
        for each in (self._of_all(claimed), claimed):
            found = self._compiled(question, each)
            if isinstance(found, Claims):
                return found.only(claimed.names)
        assert isinstance(found, Mistake)  # noqa: S101 - the loop ended
        raise found

    def _of_all(self, claimed: Claimed) -> Claimed:
        every = [claimed, *map(claimed_of, self._group)]
        return replace(
            claimed,
            invariants=tuple(sorted({n for each in every for n in each.invariants})),
            properties=tuple(sorted({n for each in every for n in each.properties})),
            wanted=False,
        )

    def _compiled(self, question: Question, claimed: Claimed) -> Claims | Mistake:
        key = replace(claimed, wanted=False)
        if key not in self._known:
            try:
                self._known[key] = compile_claims(
                    question.spec,
                    question.constants,
                    key,
                    self._toolchain,
                    self._stop,
                )
            except Mistake as error:
                self._known[key] = error
        return self._known[key]


def _meant(question: Question, asking: Asking) -> Question:
    """Return the question with values for names of the spec in what is to be owed."""
    expect = question.trace.expect
    if expect is None or expect.call is None or not expect.call.arguments:
        return question
    given = tuple(
        each if each is UNKNOWN else asking.value(each)
        for each in expect.call.arguments
    )
    expect = replace(expect, call=replace(expect.call, arguments=given))
    return replace(question, trace=replace(question.trace, expect=expect))


def unrepeatable(question: Question, walk: Walk) -> Verdict | None:
    """Return the rejection of a loop whose events cannot be repeated for ever.

    `walk` has taken all events once.  None for a trace that does not loop, and if
    they can be.  Raises Stopped if neither comes to light.
    """
    if not isinstance(question.trace.end, Loop):
        return None
    found = first_unrepeatable(walk, settled(question.trace))
    if found is None:
        return None
    place, round_ = found
    why = f"in round {round_} of LOOP {question.trace.end.back_to}"
    return replace(rejection(question, place), why=why)


def online(verdict: Verdict) -> Verdict:
    """Return what is said of a trace that is still written, of which this is open."""
    question = verdict.question
    expected = question.trace.expect and question.trace.expect.verdict
    if claimed_of(question).names or expected is Expected.OWES:
        why = "fairness and properties, before the trace is whole"
        return replace(verdict, fairness=Fairness(unjudged=why))
    return verdict


def followed_to(end: End | Loop, verdict: Verdict) -> Verdict:
    """Return what is said of a trace that was followed until it said how it ended."""
    if verdict.judgement is not Judgement.CONFORMS:
        return verdict
    if isinstance(end, Loop):
        why = "whether a loop can be repeated for ever is told of a whole trace alone"
        return replace(verdict, judgement=Judgement.UNKNOWN, why=why)
    rests = end is End.QUIESCENT and claimed_of(verdict.question).specification
    if rests and verdict.fairness is None:
        why = "fairness, which is told of a whole trace: replay it without --follow"
        return replace(verdict, fairness=Fairness(unjudged=why))
    return verdict


def _unknown(verdict: Verdict, message: str) -> Verdict:
    why = f"{message}, while properties were judged; all events matched"
    return replace(verdict, judgement=Judgement.UNKNOWN, why=why)


def _unjudged(
    verdict: Verdict, error: Mistake | EvaluationError | Undecided
) -> Verdict:
    """Return the verdict on a trace whose properties nobody can judge."""
    if isinstance(error, Undecided):
        return _unknown(verdict, f"{error.message}: {error.found}")
    place = f" ({error.place})" if error.place else ""
    why = f"its properties cannot be judged: {error.message}{place}"
    return replace(verdict, judgement=Judgement.MALFORMED, why=why)


def _nothing() -> None:
    """Limits are looked at by the clock."""
