"""Events decided by TLC; fairness and properties by the native engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyspec.conformance import Judgement
from pyspec.errors import Bug
from pyspec.trace.model import End, Loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.conformance import Engine, Question, Verdict

__all__ = ["Judged"]


class Judged:
    """Asks `events` first, and `properties` of what conforms."""

    def __init__(self, events: Engine, properties: Engine) -> None:
        self.events = events
        self.properties = properties

    def decide(self, questions: Sequence[Question]) -> list[Verdict]:
        """Answer each question, in order; Bug if the engines differ."""
        cut = [replace(q, trace=replace(q.trace, end=End.CUT)) for q in questions]
        verdicts = self.events.decide(cut)
        answers = [
            replace(verdict, question=question)
            for question, verdict in zip(questions, verdicts, strict=True)
        ]
        fits = [n for n, v in enumerate(answers) if v.judgement is Judgement.CONFORMS]
        judged = self.properties.decide([questions[n] for n in fits])
        for place, verdict in zip(fits, judged, strict=True):
            loops = isinstance(questions[place].trace.end, Loop)
            if verdict.judgement is Judgement.REJECTED and not loops:
                raise Bug(
                    f"{questions[place].name}: one engine accepts, the other rejects",
                    found=verdict.headline,
                )
            answers[place] = verdict
        return answers
