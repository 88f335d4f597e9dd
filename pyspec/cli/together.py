"""`replay --together`: the traces are logs of one execution, one for each process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from pyspec.errors import Exit, Mistake, near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyspec.cli.questions import Specs
    from pyspec.conformance import Limits
    from pyspec.conformance.stands import JointVerdict, Stand
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Trace

__all__ = ["replay_together", "together_option"]

together_option = click.option(
    "--together",
    is_flag=True,
    help="The TRACEs are logs of one execution, a file for each process (or one file "
    "whose events name theirs).  Vector clocks and messages order their events, and "
    "any order that these allow may match.",
)


def replay_together(
    files: tuple[Path, ...],
    specs: Specs,
    toolchain: Callable[[], Toolchain],
    limits: Limits,
    *,
    refused: Mapping[str, object],
    as_json: bool,
    verbose: bool,
) -> int:
    """Decide on the logs of one execution and print the verdict."""
    from pyspec.conformance.together import decide_together
    from pyspec.report.progress import Reporter

    for option, given in refused.items():
        if given:
            raise Mistake(f"{option} does not go with --together")
    traces = _read(files, specs.named)
    spec = specs.at(specs.path_of(traces[0].module))
    with Reporter(["replay"], quiet=as_json) as reporter:
        events = sum(len(trace.events) for trace in traces)
        reporter.say(0, f"{len(traces)} logs with {events:,} events")
        verdict = decide_together(spec, traces, toolchain, limits)
    for line in _notes(verdict, traces):
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps({"traces": [_as_json(verdict)]}, indent=2))
    else:
        for line in _lines(verdict, verbose=verbose):
            click.echo(line)
    return _exit(verdict)


def _read(files: tuple[Path, ...], spec: str | None) -> list[Trace]:
    from pyspec.cli.questions import named_traces

    found: list[Trace] = []
    for name, trace in named_traces(files, [], spec):
        if isinstance(trace, Mistake):
            raise trace
        if any(trace.file == other.file for other in found):
            raise Mistake("this file is given twice, or has several traces", file=name)
        found.append(trace)
    return found


def _notes(verdict: JointVerdict, traces: Sequence[Trace]) -> Iterator[str]:
    for trace in traces:
        if trace.damage:
            yield f"{trace.file}: {trace.damage}"
    unrecorded = verdict.execution.unrecorded
    if unrecorded:
        yield f"clocks name processes that have no log: {', '.join(unrecorded)}"


# ------------------------------------------------------------ for people


def _lines(verdict: JointVerdict, *, verbose: bool) -> Iterator[str]:
    """Return the verdict, and where each process stands."""
    total = verdict.execution.total
    names = ", ".join(stand.process for stand in verdict.stands)
    yield f"{names} together: {verdict.headline}"
    if verdict.why:
        yield f"  {verdict.why}"
    for stand in verdict.stuck:
        yield from _stuck(verdict, stand, verbose=verbose)
    waiting = [stand for stand in verdict.stands if stand.waits_for is not None]
    for stand in waiting:
        yield from _waiting(stand)
    if verdict.stuck or waiting:
        yield f"  {_so_far(verdict)}"
    yield f"  {verdict.matched} of {total} events matched."
    unmet = _unmet(verdict)
    if verdict.execution.header.expect is not None:
        yield f"  {unmet}" if unmet else "  as expected"


def _stuck(verdict: JointVerdict, stand: Stand, *, verbose: bool) -> Iterator[str]:
    from pyspec.conformance.prose import event_text
    from pyspec.conformance.why import explanation_lines

    if stand.event is None:
        return
    text = f"{_place(stand)}: event {stand.event.number} of {stand.process}"
    if stand.helped:
        yield f"{text} could not happen either: {event_text(stand.event)}"
        return
    yield f"{text} cannot happen"
    module = verdict.execution.header.module
    yield f"  no step of {module} matches {event_text(stand.event)}"
    yield from explanation_lines(stand.explanation, verbose=verbose)


def _waiting(stand: Stand) -> Iterator[str]:
    if stand.event is not None and stand.waits_for is not None:
        process, number = stand.waits_for
        yield (
            f"{_place(stand)}: event {stand.event.number} of {stand.process} comes "
            f"after event {number} of {process}"
        )


def _so_far(verdict: JointVerdict) -> str:
    parts = (f"{s.process} {s.matched} of {s.total}" for s in verdict.stands)
    return f"the order that was gone furthest with: {', '.join(parts)}"


def _place(stand: Stand) -> str:
    where = near(stand.file) if stand.file else stand.process
    line = stand.event.line if stand.event is not None else None
    return where if line is None else f"{where}:{line}"


# ------------------------------------------------------------ as JSON


def _as_json(verdict: JointVerdict) -> dict[str, Any]:
    """Return the object of the one execution, as `replay --json` prints traces."""
    first = next(iter(verdict.stuck), None)
    event = first.event if first is not None else None
    expect = verdict.execution.header.expect
    return {
        "file": (first or verdict.stands[0]).file if verdict.stands else None,
        "key": verdict.key,
        "verdict": verdict.judgement.value,
        "event": event.number if event else None,
        "line": event.line if event else None,
        "matched": verdict.matched,
        "bound": verdict.bound,
        "why": _why(verdict, first),
        "enabled": list(first.explanation.enabled) if first else [],
        "nearest": [],
        "states": None,
        "properties": [],
        "fairness": None,
        "expected": expect.verdict.value if expect else None,
        "unmet": _unmet(verdict),
        "processes": [_of_process(stand) for stand in verdict.stands],
        "order": [list(each) for each in verdict.order],
    }


def _why(verdict: JointVerdict, first: Stand | None) -> str:
    from pyspec.conformance.why import reasons_of

    reasons = [*reasons_of(first.explanation)] if first is not None else []
    return "; ".join([*([verdict.why] if verdict.why else []), *reasons])


def _of_process(stand: Stand) -> dict[str, Any]:
    from pyspec.conformance.why import reasons_of

    return {
        "process": stand.process,
        "file": stand.file,
        "matched": stand.matched,
        "events": stand.total,
        "event": stand.event.number if stand.event else None,
        "line": stand.event.line if stand.event else None,
        "waits_for": list(stand.waits_for) if stand.waits_for else None,
        "helped": stand.helped,
        "why": "; ".join(reasons_of(stand.explanation)),
    }


# ------------------------------------------------------------ what was expected


def _unmet(verdict: JointVerdict) -> str | None:
    """Say what is not as EXPECT says; None if all is, or nothing is expected."""
    expected = verdict.execution.header.expect
    if expected is None:
        return None
    if expected.event is None:
        met = verdict.headline == expected.verdict.value
        text = expected.verdict.value
    else:
        file = verdict.execution.expecting
        met = any(
            stand.event.number == expected.event and stand.file == file
            for stand in verdict.stuck
            if stand.event is not None
        )
        text = f"rejected at {expected.event}"
    return None if met else f"expected {text}, found {verdict.headline}"


def _exit(verdict: JointVerdict) -> int:
    match verdict.judgement.value:
        case "malformed":
            return Exit.MISTAKE
        case "unknown":
            return Exit.UNDECIDED
        case found:
            expecting = verdict.execution.header.expect is not None
            fine = found == "conforms" if not expecting else _unmet(verdict) is None
            return Exit.FINE if fine else Exit.VIOLATION
