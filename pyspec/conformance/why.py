"""An explanation, as lines for people: no more than a screen unless all is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.language.excerpts import clipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspec.conformance.verdict import Difference, Explanation, Nearest

__all__ = ["SCREEN", "explanation_lines", "reasons_of"]

SCREEN: Final = 19
"""Lines of an explanation; the verdict has some more around them."""
_MOST_ENABLED: Final = 8
_ROOM: Final = 240
_WIDTH: Final = 79
_CUT: Final = "  (... --verbose shows all)"


def explanation_lines(found: Explanation, *, verbose: bool = False) -> Iterator[str]:
    """Return why an event is impossible where it is nearest to possible.

    With `verbose` nothing is cut, and the state and other candidates are told.
    """
    reasons = list(_reasons(found))
    if verbose:
        yield from reasons
        yield from _enabled(found)
        yield from _states(found)
        return
    reasons = [clipped(line, _ROOM) for line in reasons]
    enabled = list(_enabled(found))
    room = max(SCREEN - len(enabled), SCREEN - _MOST_ENABLED)
    is_cut = len(reasons) > room or len(enabled) > _MOST_ENABLED
    yield from reasons[:room]
    yield from enabled[:_MOST_ENABLED]
    if found.states > 1:
        yield f"  {_count(found.states - 1)} possible here; this is the nearest."
    if is_cut or found.others:
        yield _CUT


def reasons_of(found: Explanation) -> Iterator[str]:
    """Return the reasons as parts of one line."""
    for guard in found.guards:
        yield f"{guard.text} is false ({guard.file}:{guard.line})"
    for difference in found.differences:
        values = " or ".join(difference.actual)
        yield f"observed {difference.observed}, {difference.gives} {values}"
    if found.alone:
        yield "its action is possible, but Next does not take it so"


def _reasons(found: Explanation) -> Iterator[str]:
    if found.step:
        yield f"  impossible is its step {found.step}"
    if found.attempt:
        yield f"  nearest         {found.attempt}"
    for guard in found.guards:
        yield f"  {guard.file}:{guard.line}   {guard.text}   is false"
        for operand, value in guard.values:
            yield f"      {operand} = {value}"
    if found.alone:
        yield "  its action is possible here, but Next does not take it so"
    told = {each.observed for step in found.nearest for each in step.differences}
    for difference in found.differences:
        if difference.observed not in told:
            yield from _difference(difference)
    for step in found.nearest:
        yield from _nearest(step)


def _difference(difference: Difference) -> Iterator[str]:
    yield f"  observed        {difference.observed}"
    yield f"  {difference.gives:<15} {' or '.join(difference.actual)}"
    yield from (f"      {part}" for part in difference.parts)


def _nearest(step: Nearest) -> Iterator[str]:
    if not step.differences:
        yield f"  would fit       {step.call}"
        return
    yield f"  nearest         {step.call} gives"
    for each in step.differences:
        actual = " or ".join(each.actual)
        path, equals, value = each.observed.partition("' = ")
        said = f"{path}' = {actual}, not {value}"
        yield f"      {said if equals else f'{actual}; observed {each.observed}'}"


def _enabled(found: Explanation) -> Iterator[str]:
    if found.enabled:
        yield from _wrapped("  enabled here: ", found.enabled)
    elif found.stuck:
        yield "  nothing is enabled here"


def _wrapped(head: str, items: Sequence[str]) -> Iterator[str]:
    """Fill lines with items, which are not broken."""
    line = head
    for number, item in enumerate(items, 1):
        text = item if number == len(items) else f"{item}, "
        if len(line) + len(text.rstrip()) > _WIDTH and line.strip() != head.strip():
            yield line.rstrip()
            line = "    "
        line += text
    yield line.rstrip()


def _states(found: Explanation) -> Iterator[str]:
    """Tell the candidate's state, and the others as far as they differ."""
    yield from (f"  here {name} = {value}" for name, value in found.state)
    own = dict(found.state)
    for number, other in enumerate(found.others, 2):
        yield f"  candidate {number} of {found.states:,}:"
        changed = [(name, v) for name, v in other.state if own.get(name) != v]
        yield from (f"    here {name} = {value}" for name, value in changed)
        yield from (f"  {line}" for line in _reasons(other))
    left = found.states - 1 - len(found.others)
    if left > 0:
        yield f"  {_count(left)} possible, too."


def _count(states: int) -> str:
    return f"{states:,} other state{' was' if states == 1 else 's were'}"
