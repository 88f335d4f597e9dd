"""What `pyspec check` says of an outcome, for people and as JSON."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import near
from pyspec.report.changes import changes
from pyspec.values import show
from pyspec.values.itf import to_itf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspec.tla2tools import Outcome
    from pyspec.tla2tools.chatter import SpecError
    from pyspec.tla2tools.counterexample import Behavior
    from pyspec.trace.model import Call, Location

MOST_PRINTED = 100
_WIDEST: Final = 48
"""Columns that values are moved to the right to stand below one another."""


def lines_of(outcome: Outcome, *, full: bool = True) -> Iterator[str]:
    """Return the text of an outcome; the counterexample too if `full`.

    Of both engines, TLC's is told in full.
    """
    if outcome.parts:
        theirs, ours = outcome.parts
        yield from lines_of(theirs, full=full)
        yield from _beside(ours, outcome)
        return
    first, *others = outcome.errors or (None,)
    if first is not None and outcome.message.startswith(first.message):
        yield _error(first)
    else:
        yield headline(outcome)
        others = list(outcome.errors)
    for error in others:
        yield _error(error)
    if outcome.hint:
        yield f"  {outcome.hint}"
    for warning in outcome.warnings:
        yield f"  warning: {warning}"
    if full:
        yield from _evidence(outcome)
    yield from _printed(outcome)
    counts = counts_of(outcome)
    if counts:
        yield counts


def _beside(ours: Outcome, both: Outcome) -> Iterator[str]:
    """What the native engine says, next to TLC."""
    counts = counts_of(ours)
    if both.difference is None:
        yield f"native engine: {headline(ours)}{f' ({counts})' if counts else ''}"
        for error in ours.errors:
            yield f"  {_error(error)}"
        return
    yield ""
    yield f"the engines differ, which is a bug of pyspec: {both.difference}"
    yield "native engine:"
    yield from (f"  {line}".rstrip() for line in lines_of(ours))
    if both.report is not None:
        yield f"please send this report: {near(both.report)}"


def _error(error: SpecError) -> str:
    """Return an error, its file as the working directory sees it."""
    return str(replace(error, file=near(error.file)) if error.file else error)


def _printed(outcome: Outcome) -> Iterator[str]:
    """What the spec itself printed, by PrintT and the like."""
    lines = outcome.prints[:MOST_PRINTED]
    if not lines:
        return
    yield "printed by the spec"
    for line in lines:
        yield f"  {line}"
    more = len(outcome.prints) - len(lines) + outcome.prints_dropped
    if more:
        yield f"  and {more:,} more"


def headline(outcome: Outcome) -> str:
    """One line: verdict, property and its place in the spec."""
    text = outcome.message
    place = place_of(outcome.property, outcome.modules) if outcome.property else None
    return f"{text}  ({place})" if place else text


def counts_of(outcome: Outcome) -> str:
    """`288 distinct states, 1,146 generated, depth 11, 0.4 s`."""
    parts = []
    if outcome.distinct is not None:
        parts.append(f"{outcome.distinct:,} distinct states")
    if outcome.generated is not None:
        parts.append(f"{outcome.generated:,} generated")
    if outcome.depth is not None:
        parts.append(f"depth {outcome.depth}")
    if outcome.seconds is not None:
        parts.append(f"{outcome.seconds:.1f} s")
    if outcome.chance is not None:
        parts.append(f"drawn by chance with seed {outcome.chance}")
    return ", ".join(parts)


def engines_of(outcome: Outcome) -> str:
    """The counts of each engine: `tlc: 288 distinct states, …; native: …`."""
    parts = outcome.parts or (outcome,)
    if outcome.engine == "tlc":
        return counts_of(outcome)
    return "; ".join(f"{part.engine}: {_decided_by(part)}" for part in parts)


def _decided_by(part: Outcome) -> str:
    if part.verdict.value in {"ok", "violated"}:
        return counts_of(part)
    return f"{part.verdict.value}, {part.message}"


def place_of(name: str | None, modules: Mapping[str, str]) -> str | None:
    """`file:line` where an operator is defined, by its text; None if not found.

    `modules` maps each module to its file.
    """
    if not name or not re.fullmatch(r"\w+", name):
        return None
    pattern = re.compile(rf"\s*{name}\s*(?:\([^)]*\))?\s*==")
    for file in modules.values():
        try:
            text = Path(file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.match(line):
                return f"{near(file)}:{number}"
    return None


def _evidence(outcome: Outcome) -> Iterator[str]:
    for finding in outcome.findings:
        if finding.behavior.states:
            yield ""
            yield from behavior_lines(finding.behavior, outcome.modules)
        places = dict.fromkeys(
            f"  while evaluating {where(place, outcome.modules)}"
            for place in finding.positions
        )
        yield from places
        if finding.behavior.states and finding.reason:
            yield ""
        yield from finding.reason
        if finding.behavior.states or places or finding.reason:
            yield ""


def behavior_lines(
    behavior: Behavior,
    modules: Mapping[str, str],
) -> Iterator[str]:
    """Return a counterexample: its first state, then what each step changes."""
    states = behavior.states
    width = len(str(len(states)))
    indent = " " * (width + 6)
    yield f"  {1:>{width}}  initial state"
    for name, value in states[0].items():
        yield f"{indent}{name} = {'no value' if value is None else show(value)}"
    for index, state in enumerate(states[1:], 1):
        step = _step(behavior.calls[index - 1], modules)
        yield f"  {index + 1:>{width}}  {step}"
        pairs = [*map(_pair, changes(states[index - 1], state))]
        yield from (f"{indent}{line}" for line in _aligned(pairs))
    if behavior.back_to is not None:
        closing = behavior.calls[-1]
        yield f"  back to state {behavior.back_to} by {_step(closing, modules)}"
        yield f"  and so on for ever: states {behavior.back_to} to {len(states)} repeat"
    if behavior.stutters:
        yield "  and then nothing happens for ever (stuttering)"
    if behavior.damage:
        yield f"  (incomplete: {behavior.damage})"


def _pair(change: object) -> tuple[str, str]:
    path, _, text = str(change).partition("  ")
    return path, text


def _aligned(pairs: list[tuple[str, str]]) -> Iterator[str]:
    if not pairs:
        yield "(nothing changes)"
    lengths = [len(path) for path, _ in pairs if len(path) <= _WIDEST]
    width = max(lengths, default=0)  # one long path does not push all values away
    for path, text in pairs:
        yield f"{path:{width}}  {text}"


def _step(call: Call, modules: Mapping[str, str]) -> str:
    from pyspec.trace.write import show_call  # noqa: PLC0415 - keeps start-up fast

    place = f"  {where(call.location, modules)}" if call.location else ""
    return f"{show_call(call)}{place}"


def where(location: Location, modules: Mapping[str, str]) -> str:
    """`file:line` of a location, near as the working directory sees it."""
    return f"{near(modules.get(location.module, location.module))}:{location.line}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the object that `check --json` prints of an outcome."""
    behavior = outcome.findings[0].behavior if outcome.findings else None
    found: dict[str, Any] = {
        "verdict": outcome.verdict.value,
        "cause": outcome.cause.value,
        "property": outcome.property,
        "distinct": outcome.distinct,
        "generated": outcome.generated,
        "depth": outcome.depth,
        "seconds": None if outcome.seconds is None else round(outcome.seconds, 3),
        "engine": outcome.engine,
        "message": outcome.message,
        "errors": [
            {
                "file": error.file,
                "line": error.line,
                "column": error.column,
                "message": error.message,
            }
            for error in outcome.errors
        ],
        "counterexample": _behavior_json(behavior) if behavior else None,
    }
    if outcome.coverage:
        found["coverage"] = [
            {
                "action": action.action,
                "location": str(action.location),
                "distinct": action.distinct,
                "generated": action.generated,
            }
            for action in outcome.coverage
        ]
    if outcome.findings and outcome.findings[0].reason:
        found["reason"] = list(outcome.findings[0].reason)
    if outcome.prints:
        found["printed"] = list(outcome.prints)
    if outcome.parts:
        found["engines"] = {part.engine: as_json(part) for part in outcome.parts}
        found["difference"] = outcome.difference
        found["report"] = outcome.report
    return found


def _arguments_json(call: Call) -> list[Any] | None:
    """Return the arguments; None where TLC did not tell them."""
    from pyspec.trace.model import Unknown  # noqa: PLC0415 - keeps start-up fast

    if call.arguments is None or any(isinstance(a, Unknown) for a in call.arguments):
        return None
    return [to_itf(a) for a in call.arguments if not isinstance(a, Unknown)]


def _behavior_json(behavior: Behavior) -> dict[str, Any] | None:
    if not behavior.states:
        return None
    steps: list[dict[str, Any]] = []
    for index, state in enumerate(behavior.states):
        call = behavior.calls[index - 1] if index else None
        steps.append(
            {
                "action": call.action if call else None,
                "arguments": _arguments_json(call) if call else None,
                "location": str(call.location) if call and call.location else None,
                "state": {
                    name: None if value is None else to_itf(value)
                    for name, value in state.items()
                },
            },
        )
    return {
        "states": steps,
        "back_to": behavior.back_to,
        "stuttering": behavior.stutters,
    }
