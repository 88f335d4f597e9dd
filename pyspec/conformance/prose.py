"""What replay says of traces, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspec.conformance.outcomes import (
    fairness_json,
    properties_json,
    property_lines,
    summary,
)
from pyspec.conformance.verdict import Judgement
from pyspec.conformance.why import explanation_lines, reasons_of
from pyspec.counts import counted
from pyspec.errors import near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.conformance import Verdict
    from pyspec.trace.model import Event


def lines_of(verdict: Verdict, *, verbose: bool = False) -> Iterator[str]:
    """Return a verdict and, if it is not plain, its reasons.

    They fit on a screen, unless `verbose` asks for all that is known.
    """
    name = _name(verdict)
    is_more = verdict.matched + (verdict.event is not None)
    total = max(len(verdict.question.trace.events), is_more)
    if verdict.judgement is Judgement.CONFORMS:
        yield f"{name}: {summary(verdict)} ({counted(total, 'event')})"
        yield from property_lines(verdict)
        return
    yield f"{place(verdict)}: {verdict.headline}"
    if verdict.judgement is Judgement.REJECTED and verdict.event is not None:
        module = verdict.question.spec.facts.module
        yield f"  no step of {module} matches {event_text(verdict.event)}"
    if verdict.why:
        yield f"  {verdict.why}"
    yield from explanation_lines(verdict.explanation, verbose=verbose)
    if verdict.judgement is not Judgement.MALFORMED:
        yield f"  {verdict.matched:,} of {counted(total, 'event')} matched."


def _name(verdict: Verdict) -> str:
    question = verdict.question
    file = near(question.trace.file) if question.trace.file else question.name
    return f"{file} ({question.key})" if question.key else file


def place(verdict: Verdict) -> str:
    """`file:line (key)` of what was rejected."""
    trace = verdict.question.trace
    where = near(trace.file) if trace.file else verdict.question.name
    line = _line(verdict)
    if line is not None:
        where = f"{where}:{line}"
    key = verdict.question.key
    return f"{where} ({key})" if key else where


def _line(verdict: Verdict) -> int | None:
    """Return the line of the event, or of INIT if that cannot be evaluated."""
    if verdict.event is not None:
        return verdict.event.line
    if verdict.judgement is not Judgement.MALFORMED:
        return None
    trace = verdict.question.trace
    lines = [trace.lines.get(f"INIT {seen.path.root}") for seen in trace.init]
    return min((line for line in lines if line is not None), default=None)


def event_text(event: Event) -> str:
    """Return an event's steps as the text format writes them."""
    from pyspec.trace.write import show_steps  # noqa: PLC0415 - keeps start-up fast

    return show_steps(event)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return the object that `replay --json` prints of a verdict."""
    event = verdict.event
    return {
        "file": verdict.question.trace.file,
        "key": verdict.question.key,
        "verdict": verdict.judgement.value,
        "event": event.number if event else None,
        "line": _line(verdict),
        "matched": verdict.matched,
        "bound": verdict.bound,
        "why": "; ".join(_reasons(verdict)),
        "enabled": list(verdict.explanation.enabled),
        "nearest": [step.call for step in verdict.explanation.nearest],
        "states": verdict.explanation.states or None,
        "properties": properties_json(verdict),
        "fairness": fairness_json(verdict),
    }


def _reasons(verdict: Verdict) -> Iterator[str]:
    if verdict.why:
        yield verdict.why
    yield from reasons_of(verdict.explanation)
