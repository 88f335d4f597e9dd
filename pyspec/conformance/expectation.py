"""Is a verdict what the trace's EXPECT line says?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.conformance.verdict import Judgement
from pyspec.errors import Exit
from pyspec.trace.model import Expected

if TYPE_CHECKING:
    from pyspec.conformance.verdict import Verdict
    from pyspec.trace.model import Expectation


def unmet(verdict: Verdict) -> str | None:
    """Say what is not as EXPECT says; None if all is, or nothing is expected."""
    expected = verdict.question.trace.expect
    if expected is None:
        return None
    if expected.verdict is Expected.CONFORMS:
        met = verdict.judgement is Judgement.CONFORMS
        return None if met else f"expected conforms, found {verdict.headline}"
    if expected.verdict is Expected.REJECTED:
        return _rejected(verdict, expected)
    return (
        f"expected {expected.verdict.value}: properties and fairness are not judged "
        "on traces by this version"
    )


def _rejected(verdict: Verdict, expected: Expectation) -> str | None:
    number = verdict.event.number if verdict.event is not None else None
    met = verdict.judgement is Judgement.REJECTED and number == expected.event
    if met:
        return None
    return f"expected rejected at {expected.event}, found {verdict.headline}"


def exit_of(verdict: Verdict) -> Exit:
    """Return the exit code that a verdict calls for, given what was expected."""
    if verdict.judgement is Judgement.MALFORMED:
        return Exit.MISTAKE
    expected = verdict.question.trace.expect
    if expected is not None and expected.verdict in {Expected.VIOLATES, Expected.OWES}:
        return Exit.UNDECIDED
    if verdict.judgement is Judgement.UNKNOWN:
        return Exit.UNDECIDED
    if expected is not None:
        return Exit.FINE if unmet(verdict) is None else Exit.VIOLATION
    rejected = verdict.judgement is Judgement.REJECTED
    return Exit.VIOLATION if rejected else Exit.FINE
