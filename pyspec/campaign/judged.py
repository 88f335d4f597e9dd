"""Traces decided by the native engine, and a good part of them by TLC as well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyspec.conformance import Judgement
from pyspec.errors import Bug
from pyspec.trace.model import End, Loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.conformance import Engine, Question, Verdict

__all__ = ["Judged"]

MOST_EVENTS: Final = 10_000
"""TLC takes a minute for so many where a state holds logs and messages."""


class Judged:
    """Asks `native` all, and `tlc`, which knows nothing of fairness, some of it too.

    `tlc` gets traces of `most_events` events in all, evenly picked, and always one;
    `compared` is how many it has decided so far.
    """

    def __init__(
        self, tlc: Engine, native: Engine, most_events: int = MOST_EVENTS
    ) -> None:
        self.tlc = tlc
        self.native = native
        self.most_events = most_events
        self.compared = 0

    def decide(self, questions: Sequence[Question]) -> list[Verdict]:
        """Answer each question, in order; Bug if the engines differ."""
        answers = list(self.native.decide(questions))
        places = self._picked(questions)
        asked = [_cut(questions[place]) for place in places]
        for place, theirs in zip(places, self.tlc.decide(asked), strict=True):
            answers[place] = self._agreed(answers[place], theirs)
        return answers

    def _picked(self, questions: Sequence[Question]) -> range:
        """Return the places of every n-th, with n as small as can be."""
        total = sum(len(each.trace.events) for each in questions)
        return range(0, len(questions), max(-(-total // self.most_events), 1))

    def _agreed(self, ours: Verdict, theirs: Verdict) -> Verdict:
        if theirs.judgement not in _DECIDED:
            return ours
        self.compared += 1
        if ours.judgement not in _DECIDED:
            return replace(theirs, question=ours.question)
        loops = isinstance(ours.question.trace.end, Loop)
        goes_round = loops and theirs.judgement is Judgement.CONFORMS
        if not goes_round and _decision(ours) != _decision(theirs):
            raise Bug(
                f"{ours.question.name}: the engines differ",
                expected=f"{theirs.headline}, as TLC says",
                found=ours.headline,
            )
        return ours


_DECIDED: Final = {Judgement.CONFORMS, Judgement.REJECTED}


def _cut(question: Question) -> Question:
    """Return the question of the events alone."""
    return replace(question, trace=replace(question.trace, end=End.CUT))


def _decision(verdict: Verdict) -> tuple[Judgement, int | None]:
    return verdict.judgement, verdict.event.number if verdict.event else None
