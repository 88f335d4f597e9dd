"""What replay says of fairness and properties, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspec.conformance.verdict import Judgement, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.conformance.verdict import PropertyVerdict, Verdict

__all__ = ["fairness_json", "kind_of", "properties_json", "property_lines", "summary"]


def summary(verdict: Verdict) -> str:
    """Return `conforms`, or what is wrong with a trace whose events all match."""
    owed = verdict.owed
    if owed:
        return f"unfair: {_and(owed)} {'is' if len(owed) == 1 else 'are'} owed"
    return verdict.headline


def kind_of(verdict: Verdict) -> str:
    """Return a word to count verdicts by."""
    if verdict.judgement is not Judgement.CONFORMS:
        return str(verdict.judgement.value)
    if verdict.owed:
        return "unfair"
    return "violating" if verdict.violated else str(verdict.judgement.value)


def property_lines(verdict: Verdict) -> Iterator[str]:
    """Return what there is to say of fairness and of each property."""
    fairness = verdict.fairness
    if fairness is not None and fairness.unjudged:
        yield f"  not judged: {fairness.unjudged}"
    if fairness is not None and fairness.owed and not fairness.everywhere:
        yield "  of the behaviors that match one owes this, and none just a part of it"
    for each in verdict.properties:
        yield f"  {each.name}: {_said(verdict, each)}"
        if each.possible:
            yield from (f"    {line}" for line in each.witnesses)


def _said(verdict: Verdict, found: PropertyVerdict) -> str:
    if found.possible:
        return "possibly violated: by some of the behaviors that match, not by all"
    text = found.truth.value
    if found.truth is Truth.VIOLATED and found.since is not None:
        text += f" {_when(verdict, found.since)}"
    if found.obligations:
        return f"{text}: {'; '.join(found.obligations)}"
    if found.truth is not Truth.PENDING:
        return text
    return f"{text}: there is nothing that every behavior owes so far"


def _when(verdict: Verdict, since: int) -> str:
    if not since:
        return "from the start"
    return f"by event {verdict.question.trace.events[since - 1].number}"


def properties_json(verdict: Verdict) -> list[dict[str, Any]]:
    """Return the verdict on each property."""
    events = verdict.question.trace.events
    return [
        {
            "name": each.name,
            "verdict": each.truth.value,
            "obligations": list(each.obligations),
            "possible": each.possible,
            "since": events[each.since - 1].number if each.since else each.since,
            "witnesses": list(each.witnesses),
        }
        for each in verdict.properties
    ]


def fairness_json(verdict: Verdict) -> dict[str, Any] | None:
    """Return what is owed; None if fairness says nothing of this trace."""
    fairness = verdict.fairness
    if fairness is None:
        return None
    unfair = "unfair" if fairness.owed else "fair"
    return {
        "verdict": "unknown" if fairness.unjudged else unfair,
        "owed": list(verdict.owed),
        "everywhere": fairness.everywhere,
        "why": fairness.unjudged,
    }


def _and(texts: tuple[str, ...]) -> str:
    return " and ".join(part for part in (", ".join(texts[:-1]), texts[-1]) if part)
