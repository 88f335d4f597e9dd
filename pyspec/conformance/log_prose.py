"""What a trace spec makes of logs, for people and as JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from pyspec.conformance.verdict import Judgement
from pyspec.counts import counted
from pyspec.errors import Exit, near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.conformance.mismatch import Mismatch
    from pyspec.conformance.trace_spec import LogVerdict, PropertyVerdict

__all__ = ["exit_of", "json_of", "lines_of"]


def lines_of(verdict: LogVerdict, *, verbose: bool = False) -> Iterator[str]:
    """Return a verdict and what explains it."""
    yield _headline(verdict)
    if verdict.judgement is Judgement.REJECTED:
        yield from _rejected(verdict, verbose=verbose)
    elif verdict.why:
        yield f"  {verdict.why}"
    for each in verdict.properties:
        if each.verdict != "satisfied" or verbose:
            more = f" ({each.why})" if each.why else ""
            yield f"  property {each.name}: {each.verdict}{more}"
    for check in verdict.checks:
        yield f"  as TLC has it, {check.subject}: {check.says}"
    for warning in verdict.warnings:
        yield from _wrapped(f"warning: {warning}")


def _headline(verdict: LogVerdict) -> str:
    file, lines = near(verdict.file), counted(verdict.lines or 0, "line")
    if verdict.judgement is Judgement.CONFORMS:
        return f"{file}: conforms ({lines} of {verdict.log})"
    of = f"{verdict.matched} of {lines}"
    if verdict.judgement is Judgement.UNKNOWN:
        done = "" if verdict.matched is None else f" after {of}"
        return f"{file}: unknown{done}"
    place = file if verdict.line is None else f"{file}:{verdict.line}"
    return f"{place}: rejected after {of}"


def _rejected(verdict: LogVerdict, *, verbose: bool) -> Iterator[str]:
    if verdict.text:
        number = (verdict.matched or 0) + 1
        yield f"  no step of {verdict.spec} matches line {number} of {verdict.log}:"
        yield from _wrapped(verdict.text, "      ")
    if verdict.why:
        yield f"  {verdict.why}"
    for each in verdict.mismatches:
        yield from _mismatch(each)
    if verdict.enabled:
        yield from _wrapped(f"enabled, but not matching: {', '.join(verdict.enabled)}")
    states = verdict.candidates
    if verdict.mismatches and (verbose or states > 1):
        yield f"  the spec may be in {counted(states, 'state')} here"
    if verbose:
        for each in verdict.mismatches[:1]:
            yield "  one of them:" if states > 1 else "  it is in:"
            yield from (f"      /\\ {name} = {value}" for name, value in each.state)


def _mismatch(found: Mismatch) -> Iterator[str]:
    yield f"  {found.file}:{found.line}   {found.text}   is false"
    if found.action:
        yield f"      in {' > '.join(found.action)}"
    yield from (f"      {text} = {value}" for text, value in found.values)
    yield from (f"      {line}" for line in found.inside)


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(
        text,
        width=79,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def json_of(verdict: LogVerdict) -> dict[str, Any]:
    """Return the object that `replay --json` prints of a verdict."""
    return {
        "file": verdict.file,
        "key": None,
        "verdict": verdict.judgement.value,
        "event": None if verdict.line is None else (verdict.matched or 0) + 1,
        "line": verdict.line,
        "matched": verdict.matched,
        "bound": None,
        "why": "; ".join(_reasons(verdict)),
        "enabled": list(verdict.enabled),
        "properties": [*map(_property, verdict.properties)],
        "fairness": None,
        "expected": None,
        "unmet": None,
        "lines": verdict.lines,
        "checks": [
            {
                "idiom": check.idiom.value,
                "name": check.name,
                "accepts": check.accepts,
                "says": check.says,
                "can_fail": not check.blind,
            }
            for check in verdict.checks
        ],
        "warnings": list(verdict.warnings),
        "distinct": verdict.distinct,
        "seconds": verdict.seconds,
    }


def _property(found: PropertyVerdict) -> dict[str, Any]:
    """Return what is said of a property; one that was not judged is pending."""
    words = {"possible": "satisfied", "unknown": "pending"}
    return {
        "name": found.name,
        "verdict": words.get(found.verdict, found.verdict),
        "obligations": [found.why] if found.verdict == "unknown" else [],
        "possible": found.verdict == "possible",
    }


def _reasons(verdict: LogVerdict) -> Iterator[str]:
    if verdict.why:
        yield verdict.why
    for each in verdict.mismatches:
        yield f"{each.text} is false ({each.file}:{each.line})"


def exit_of(verdict: LogVerdict) -> Exit:
    """Return the exit code of a verdict: what the cfg's checks say is no part of it."""
    if verdict.judgement is Judgement.UNKNOWN:
        return Exit.UNDECIDED
    violated = any(each.verdict == "violated" for each in verdict.properties)
    matches = verdict.judgement is Judgement.CONFORMS
    return Exit.FINE if matches and not violated else Exit.VIOLATION
