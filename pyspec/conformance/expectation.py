"""Is a verdict what the trace's EXPECT line says?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.conformance.verdict import Judgement
from pyspec.errors import Exit
from pyspec.trace.model import UNKNOWN, Expected
from pyspec.trace.write import show_call

if TYPE_CHECKING:
    from pyspec.conformance.verdict import Verdict
    from pyspec.trace.model import Call, Expectation


def unmet(verdict: Verdict) -> str | None:
    """Say what is not as EXPECT says; None if all is, or nothing is expected."""
    expected = verdict.question.trace.expect
    if expected is None:
        return None
    if expected.verdict is Expected.CONFORMS:
        met = verdict.headline == Judgement.CONFORMS.value
        return None if met else f"expected conforms, found {verdict.headline}"
    if expected.verdict is Expected.REJECTED:
        return _rejected(verdict, expected)
    if not _is_judged(verdict, expected):
        return f"expected {_text(expected)}: this was not judged"
    if expected.verdict is Expected.VIOLATES:
        met = expected.property in verdict.violated
        found = verdict.headline
    else:
        met, found = _owes(verdict, expected.call)
    return None if met else f"expected {_text(expected)}, found {found}"


def _owes(verdict: Verdict, call: Call | None) -> tuple[bool, str]:
    """Return whether each matching behavior owes a call, and what is owed."""
    fairness = verdict.fairness
    if fairness is None or fairness.everywhere:
        owed = fairness.owed if fairness else ()
        return any(_fits(call, each.call) for each in owed), verdict.headline
    return False, f"that one behavior {verdict.headline}, and others something else"


def _is_judged(verdict: Verdict, expected: Expectation) -> bool:
    """Whether an engine looked at what is expected, where it matters."""
    if verdict.judgement is not Judgement.CONFORMS:
        return True
    if expected.verdict is Expected.VIOLATES:
        return any(each.name == expected.property for each in verdict.properties)
    unjudged = verdict.fairness.unjudged if verdict.fairness else ""
    return expected.verdict is not Expected.OWES or not unjudged


def _text(expected: Expectation) -> str:
    """Return what EXPECT says of a property or of fairness."""
    if expected.call is not None:
        return f"owes {show_call(expected.call)}"
    return f"violates {expected.property}"


def _fits(expected: Call | None, owed: Call | None) -> bool:
    """Whether this call is owed; arguments that are not given may be any."""
    if expected is None or owed is None or expected.action != owed.action:
        return False
    if expected.arguments is None:
        return True
    given = owed.arguments or ()
    return len(given) == len(expected.arguments) and all(
        one in {UNKNOWN, other}
        for one, other in zip(expected.arguments, given, strict=True)
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
    if verdict.judgement is Judgement.UNKNOWN:
        return Exit.UNDECIDED
    expected = verdict.question.trace.expect
    if expected is not None:
        if not _is_judged(verdict, expected):
            return Exit.UNDECIDED
        return Exit.FINE if unmet(verdict) is None else Exit.VIOLATION
    wrong = verdict.judgement is Judgement.REJECTED or verdict.owed or verdict.violated
    return Exit.VIOLATION if wrong else Exit.FINE
