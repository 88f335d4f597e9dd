"""What replay says of traces, for people and as JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from pyspec.conformance.verdict import Judgement
from pyspec.errors import near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.conformance import Verdict
    from pyspec.trace.model import Event


def lines_of(verdict: Verdict) -> Iterator[str]:
    """Return a verdict and, if it is not plain, its reasons."""
    name = _name(verdict)
    is_more = verdict.matched + (verdict.event is not None)
    total = max(len(verdict.question.trace.events), is_more)
    if verdict.judgement is Judgement.CONFORMS:
        yield f"{name}: conforms ({total} events)"
        return
    yield f"{place(verdict)}: {verdict.headline}"
    if verdict.judgement is Judgement.REJECTED:
        module = verdict.question.spec.facts.module
        what = event_text(verdict.event) if verdict.event else "INIT"
        yield f"  no step of {module} matches {what}"
    if verdict.why:
        yield f"  {verdict.why}"
    yield from _explained(verdict)
    if verdict.judgement is not Judgement.MALFORMED:
        yield f"  {verdict.matched} of {total} events matched."


def _name(verdict: Verdict) -> str:
    question = verdict.question
    file = near(question.trace.file) if question.trace.file else question.name
    return f"{file} ({question.key})" if question.key else file


def place(verdict: Verdict) -> str:
    """`file:line (key)` of what was rejected."""
    trace = verdict.question.trace
    event = verdict.event
    where = near(trace.file) if trace.file else verdict.question.name
    if event is not None and event.line is not None:
        where = f"{where}:{event.line}"
    key = verdict.question.key
    return f"{where} ({key})" if key else where


def event_text(event: Event) -> str:
    """Return an event's steps as the text format writes them."""
    from pyspec.trace.write import show_steps  # noqa: PLC0415 - keeps start-up fast

    return show_steps(event)


def _explained(verdict: Verdict) -> Iterator[str]:
    found = verdict.explanation
    for guard in found.guards:
        yield f"  {guard.file}:{guard.line}   {guard.text}   is false"
        for operand, value in guard.values:
            yield f"      {operand} = {value}"
    for difference in found.differences:
        yield f"  observed        {difference.observed}"
        yield f"  the step gives  {' or '.join(difference.actual)}"
    if found.enabled:
        yield from textwrap.wrap(
            f"enabled here: {', '.join(found.enabled)}",
            width=79,
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    elif found.stuck:
        yield "  nothing is enabled here"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return the object that `replay --json` prints of a verdict."""
    event = verdict.event
    return {
        "file": verdict.question.trace.file,
        "key": verdict.question.key,
        "verdict": verdict.judgement.value,
        "event": event.number if event else None,
        "line": event.line if event else None,
        "matched": verdict.matched,
        "bound": verdict.bound,
        "why": "; ".join(_reasons(verdict)),
        "enabled": list(verdict.explanation.enabled),
        "properties": [],
    }


def _reasons(verdict: Verdict) -> Iterator[str]:
    if verdict.why:
        yield verdict.why
    for guard in verdict.explanation.guards:
        yield f"{guard.text} is false ({guard.file}:{guard.line})"
    for difference in verdict.explanation.differences:
        yield (
            f"observed {difference.observed}, "
            f"the step gives {' or '.join(difference.actual)}"
        )
