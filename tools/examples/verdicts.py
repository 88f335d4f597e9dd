"""Whether an answer of the engine is the one that is known to be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from tools.examples.manifest import Model
    from tools.examples.worker import Answer

__all__ = [
    "MOST_STATES",
    "OF_A_CUT",
    "Class",
    "Truth",
    "Verdict",
    "counts",
    "judge",
    "truth_of",
]

MOST_STATES: Final = 120_000
"""Models of up to so many distinct states are those that we promise."""

Class: TypeAlias = Literal[
    "agrees", "safety", "unknown", "differs", "refused", "crash", "limit"
]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right: a manifest's word, and TLC's where that has none.

    A result or number is None if nobody knows it.  A number says something
    only of a search that came to its end.
    """

    result: str | None
    distinct: int | None

    @property
    def complete(self) -> bool:
        """Whether the number of states is one that every search must find."""
        return self.result == "success" and self.distinct is not None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of an answer, and for all but "agrees" in a few words why."""

    of: Class
    why: str = ""


def truth_of(model: Model, tlc: Truth | None = None) -> Truth:
    """Return the manifest's word; TLC's (run here) for what it does not say."""
    if tlc is None:
        return Truth(model.result, model.distinct)
    result = model.result or tlc.result
    asked = tlc.distinct if result == tlc.result else None
    return Truth(result, model.distinct if model.distinct is not None else asked)


def judge(truth: Truth, answer: Answer) -> Verdict:
    """Return the class of an answer.

    "agrees" is said only of an answer with nothing left out, "safety" where that
    is liveness that no engine can decide, as the graph was cut.  A search that
    ends with a violation is compared by its result alone: how many states it
    saw first depends on the order.
    """
    if answer.end != "answered":
        return Verdict(_UNANSWERED[answer.end], f"{answer.said} {answer.at}".strip())
    if truth.result is None:
        return Verdict("unknown", "nobody says what is right")
    if answer.result != truth.result:
        if answer.unsound and answer.result == "success":
            return Verdict("refused", OF_A_CUT)
        if answer.unchecked and answer.result == "success":
            return Verdict("refused", _left_out(answer))
        return Verdict("differs", f"{truth.result}; we say {answer.result}")
    if truth.complete and answer.distinct != truth.distinct:
        return Verdict("differs", f"{truth.distinct} states; we find {answer.distinct}")
    if answer.unchecked:
        return Verdict("refused", _left_out(answer))
    if answer.unsound:
        names = ", ".join(answer.unsound)
        return Verdict("safety", f"liveness of a graph that was cut: {names}")
    return Verdict("agrees")


OF_A_CUT: Final = "the liveness that fails is of a cut graph"

_UNANSWERED: Final[dict[str, Class]] = {
    "refused": "refused",
    "limit": "limit",
    "crash": "crash",
}


def _left_out(answer: Answer) -> str:
    return f"properties are not compiled: {', '.join(answer.unchecked)}"


def counts(model: Model, truth: Truth, answer: Answer) -> bool:
    """Whether a model is one of those that we promise to agree on.

    TLC finishes it within MOST_STATES; of one that ends with a violation only
    our own search can tell, if TLC was not asked.
    """
    if truth.result is None:
        return False
    if truth.distinct is not None:
        return truth.distinct <= MOST_STATES
    return model.result not in {None, "success"} and answer.end != "limit"
