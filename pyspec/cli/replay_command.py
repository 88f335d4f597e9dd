"""`pyspec replay TRACE…`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.options import (
    Seconds,
    find_toolchain,
    json_option,
    limit_options,
    toolchain_options,
    trace_options,
)
from pyspec.cli.questions import Specs, adapt, ask_all, engine_of, named_traces
from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from pyspec.conformance import Limits, Verdict
    from pyspec.conformance.adapters import Adapted
    from pyspec.trace.model import Trace


@click.command("replay")
@click.argument(
    "traces",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@trace_options
@click.option(
    "--adapter",
    type=click.Path(path_type=Path),
    metavar="FILE.py",
    help="A Python file whose `adapt` maps the log's records to events.  Its code "
    "is run.",
)
@click.option(
    "--follow",
    is_flag=True,
    help="Check events as they are written: of a growing file, or of a pipe (TRACE "
    "is - for standard input).  Ends with a rejection, END, or the end of the pipe.",
)
@click.option(
    "--idle",
    type=Seconds(),
    metavar="TIME",
    help="With --follow: end when nothing was written for so long (default: never).",
)
@limit_options
@json_option
@toolchain_options
def command(
    traces: tuple[Path, ...],
    spec: str | None,
    config: Path | None,
    adapter: Path | None,
    engine: str,
    follow: bool,
    idle: float | None,
    memory: int | None,
    timeout: float | None,
    as_json: bool,
    java: Path | None,
    jar: Path | None,
) -> int:
    """Decide whether recorded traces are behaviors of their spec.

    Each trace conforms, is rejected at its first impossible event, or stays
    unknown within the limits.  With EXPECT in a trace's header the exit code
    says whether the verdict is the expected one.
    """
    from functools import cache

    from pyspec.conformance import Limits
    from pyspec.report.progress import Reporter

    toolchain = cache(lambda: find_toolchain(java, jar))
    specs = Specs(toolchain, spec, config)
    limits = Limits(timeout_s=timeout, memory_mb=memory)
    if follow:
        return _follow(
            traces,
            specs,
            limits,
            idle,
            as_json=as_json,
            alone=adapter is None and engine == "native",
        )
    if idle is not None:
        raise Mistake("--idle is for a trace that grows", hint="Add --follow.")
    adapted, broken = adapt(traces, adapter) if adapter else ([], [])
    named = named_traces(traces, adapted, spec) if adapter is None or adapted else []
    with Reporter(["replay"], quiet=as_json) as reporter:
        reporter.say(0, "reading specs")
        questions, more = ask_all(named, specs, adapted=adapter is not None)
        events = sum(len(question.trace.events) for question in questions)
        reporter.say(
            0,
            f"{_count(len(questions), 'trace')} with {_count(events, 'event')}, "
            "none decided yet",
        )
        verdicts = engine_of(engine, toolchain, limits).decide(questions)
    broken += more
    if as_json:
        _print_json(verdicts, broken, adapted)
    else:
        _print(verdicts, broken, adapted)
    return _exit(verdicts, broken)


def _follow(
    traces: tuple[Path, ...],
    specs: Specs,
    limits: Limits,
    idle: float | None,
    *,
    as_json: bool,
    alone: bool,
) -> int:
    """Check one trace while it is written."""
    from math import inf

    from pyspec.cli.follow import followed
    from pyspec.conformance import Monitor

    if len(traces) > 1 or not alone:
        raise Mistake(
            "--follow checks one trace, in pyspec's text form, with the native engine",
            hint="Start one pyspec for each file; leave out --adapter and --engine.",
        )

    def begin(header: Trace) -> Monitor:
        spec = specs.at(specs.path_of(header.module))
        return Monitor(spec, header, specs.toolchain, limits)

    verdict = followed(traces[0], begin, inf if idle is None else idle)
    if as_json:
        _print_json([verdict], [], [])
    else:
        _print([verdict], [], [])
    return _exit([verdict], [])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _print(
    verdicts: list[Verdict],
    broken: list[tuple[str, Mistake]],
    adapted: list[Adapted],
) -> None:
    from pyspec.conformance.expectation import unmet
    from pyspec.conformance.prose import lines_of

    for log in adapted:
        used = log.records - sum(log.ignored.values())
        click.echo(f"{log.file}: {used} of {log.records} records used")
        for reason, count in log.ignored.items():
            click.echo(f"  {count} ignored: {reason}")
    for verdict in verdicts:
        trace = verdict.question.trace
        if trace.damage:
            click.echo(f"{trace.file}: {trace.damage}", err=True)
        for line in lines_of(verdict):
            click.echo(line)
        if trace.expect is not None:
            missed = unmet(verdict)
            click.echo(f"  {missed}" if missed else "  as expected")
    for _, error in broken:
        click.echo(f"malformed: {error}", err=True)
    if len(verdicts) + len(broken) > 1:
        click.echo(_summary(verdicts, broken))


def _summary(verdicts: list[Verdict], broken: list[tuple[str, Mistake]]) -> str:
    """`6 traces: 3 conform, 3 rejected; all 6 as expected`."""
    from collections import Counter

    from pyspec.conformance.expectation import unmet

    counts = Counter(verdict.judgement.value for verdict in verdicts)
    counts["malformed"] += len(broken)
    words = {"conforms": "conform"}
    found = ", ".join(
        f"{number} {words.get(word, word)}" for word, number in counts.items() if number
    )
    text = f"{_count(len(verdicts) + len(broken), 'trace')}: {found}"
    expecting = [v for v in verdicts if v.question.trace.expect is not None]
    if expecting:
        met = sum(unmet(verdict) is None for verdict in expecting)
        text += f"; {met} of {len(expecting)} expectations met"
    return text


def _print_json(
    verdicts: list[Verdict],
    broken: list[tuple[str, Mistake]],
    adapted: list[Adapted],
) -> None:
    import json

    from pyspec.conformance.prose import as_json

    rows: list[dict[str, Any]] = [
        {**as_json(verdict), **_expected(verdict)} for verdict in verdicts
    ]
    rows += [
        {
            "file": error.file or name,
            "key": None,
            "verdict": "malformed",
            "event": None,
            "line": error.line,
            "matched": None,
            "bound": None,
            "why": str(error),
            "enabled": [],
            "properties": [],
            "expected": None,
            "unmet": None,
        }
        for name, error in broken
    ]
    data: dict[str, Any] = {"traces": rows}
    if adapted:
        data["adapted"] = [
            {"file": a.file, "records": a.records, "ignored": dict(a.ignored)}
            for a in adapted
        ]
    click.echo(json.dumps(data, indent=2))


def _expected(verdict: Verdict) -> dict[str, str | None]:
    """What the trace's EXPECT line says, and what of it is not so."""
    from pyspec.conformance.expectation import unmet

    expect = verdict.question.trace.expect
    return {
        "expected": expect.verdict.value if expect else None,
        "unmet": unmet(verdict),
    }


def _exit(verdicts: list[Verdict], broken: list[tuple[str, Mistake]]) -> int:
    from pyspec.conformance.expectation import exit_of

    codes = [exit_of(verdict) for verdict in verdicts]
    codes += [Exit.MISTAKE for _ in broken]
    return Exit.worst(codes)
