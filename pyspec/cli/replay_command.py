"""`pyspec replay TRACE…`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.cores import (
    Cores,
    check_reductions,
    core_json,
    core_lines,
    write_core,
)
from pyspec.cli.coverage import coverage_json, covered_by, print_coverage
from pyspec.cli.histories import (
    CHOICES,
    decide_histories,
    read_histories,
    spec_of_history,
)
from pyspec.cli.options import (
    Seconds,
    json_option,
    limit_options,
    toolchain_options,
    trace_options,
)
from pyspec.cli.questions import Specs, adapt, ask_all, engine_of, named_traces
from pyspec.cli.together import replay_together, together_option
from pyspec.cli.trace_specs import replay_logs, trace_spec_of, trace_spec_options
from pyspec.counts import counted
from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.cli.options import TraceOptions
    from pyspec.conformance import Limits, Verdict
    from pyspec.conformance.adapters import Adapted
    from pyspec.conformance.coverage import Coverage
    from pyspec.conformance.minimize import Core
    from pyspec.trace.model import Trace


@click.command("replay")
@trace_options
@click.option(
    "--adapter",
    type=click.Path(path_type=Path),
    metavar="FILE.py",
    help="A Python file whose `adapt` maps the log's records to events.  Its code "
    "is run.",
)
@click.option(
    "--history",
    type=click.Choice(CHOICES),
    help="Each TRACE is a history of clients (of Jepsen, or JSON), and what they were "
    "told is to be what such an object says, if it is linearizable.",
)
@together_option
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
@click.option(
    "--verbose",
    is_flag=True,
    help="Explain rejections in full: all that is enabled, the state that the spec "
    "is in, and other states that it may be in.",
)
@click.option(
    "--property",
    "properties",
    multiple=True,
    metavar="NAME",
    help="Judge this invariant or temporal property of the module on the behaviors "
    "that match, too, as those that the cfg names.  May be repeated.",
)
@click.option(
    "--minimize",
    is_flag=True,
    help="Reduce each rejected trace to its core: what it need not say for the same "
    "event to be rejected is left out, or becomes _ or ?.  Ends after a minute, or "
    "after --timeout.",
)
@click.option(
    "--coverage",
    is_flag=True,
    help="Also tell which actions, and which parts of them, the traces that conform "
    "exercise, and what they observe.",
)
@click.option(
    "--coverage-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --coverage: add it to that of earlier runs in this file, and tell "
    "the sum.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="With --minimize: also write the core to this file.",
)
@trace_spec_options
@limit_options
@json_option
@toolchain_options
def command(
    traces: tuple[Path, ...],
    held: TraceOptions,
    properties: tuple[str, ...],
    adapter: Path | None,
    history: str | None,
    together: bool,
    follow: bool,
    idle: float | None,
    verbose: bool,
    minimize: bool,
    coverage: bool,
    coverage_file: Path | None,
    output: str | None,
    as_json: bool,
    **asked: Any,  # noqa: ANN401 - what `trace_spec_options` adds
) -> int:
    """Decide whether recorded traces are behaviors of their spec.

    Each trace conforms, is rejected at its first impossible event, or stays
    unknown within the limits.  One that ends in rest or in a loop is unfair if it
    owes an action that the spec's fairness demands.  With EXPECT in a trace's
    header the exit code says whether the verdict is the expected one.
    """
    from pyspec.conformance import Limits
    from pyspec.report.progress import Reporter

    spec, toolchain, native = held.spec, held.toolchain, held.engine == "native"
    coverage = coverage or coverage_file is not None
    for_traces_alone = {
        "--spec": spec,
        "--adapter": adapter,
        "--history": history,
        "--property": properties,
        "--engine tlc": not native,
        "--together": together,
        "--follow": follow,
        "--idle": idle is not None,
        "--minimize": minimize,
        "--coverage": coverage,
        "--output": output,
    }
    logs = trace_spec_of(
        asked,
        config=held.config,
        limits=(held.timeout, held.memory),
        toolchain=toolchain,
        refused=for_traces_alone,
    )
    if logs is not None:
        return replay_logs(logs, traces, as_json=as_json, verbose=verbose)
    if history is not None:
        alone = not (spec or held.config or adapter or properties or follow or minimize)
        spec = spec_of_history(history, alone=alone)
    specs = Specs(toolchain, spec, held.config, properties)
    limits = Limits(timeout_s=held.timeout, memory_mb=held.memory)
    if together:
        del for_traces_alone["--spec"], for_traces_alone["--together"]
        return replay_together(
            traces,
            specs,
            toolchain,
            limits,
            refused=for_traces_alone,
            as_json=as_json,
            verbose=verbose,
        )
    _check_properties(properties, whole=native and not follow)
    check_reductions(output, minimize=minimize, coverage=coverage, follow=follow)
    if follow:
        return _follow(
            traces,
            specs,
            limits,
            idle,
            as_json=as_json,
            verbose=verbose,
            alone=adapter is None and native,
        )
    if idle is not None:
        raise Mistake("--idle is for a trace that grows", hint="Add --follow.")
    adapted, broken = adapt(traces, adapter) if adapter else ([], [])
    if history is not None:
        adapted, broken = read_histories(traces, history)
    is_log = adapter is not None or history is not None
    named = named_traces(traces, adapted, spec) if adapted or not is_log else []
    with Reporter(["replay"], quiet=as_json) as reporter:
        reporter.say(0, "reading specs")
        questions, more = ask_all(named, specs, adapted=is_log)
        events = sum(len(question.trace.events) for question in questions)
        reporter.say(
            0,
            f"{counted(len(questions), 'trace')} with {counted(events, 'event')}, "
            "none decided yet",
        )
        if history is not None:
            verdicts = decide_histories(held.engine, toolchain, limits, questions)
        else:
            verdicts = engine_of(held.engine, toolchain, limits).decide(questions)
        within = verdicts, toolchain, held.timeout
        covered = covered_by(*within, coverage_file) if coverage else None
    cores = Cores(*within, quiet=as_json) if minimize else None
    broken += more
    if as_json:
        made = cores.made() if cores is not None else None
        _print_json(verdicts, broken, adapted, made, covered)
    else:
        _print(verdicts, broken, adapted, cores, verbose=verbose)
        print_coverage(covered or ())
    if output is not None and cores is not None:
        write_core(cores.made(), output)
    return _exit(verdicts, broken)


def _check_properties(properties: tuple[str, ...], *, whole: bool) -> None:
    if properties and not whole:
        raise Mistake(
            "--property is judged by the native engine, of whole traces",
            hint="Leave out --engine and --follow.",
        )


def _follow(
    traces: tuple[Path, ...],
    specs: Specs,
    limits: Limits,
    idle: float | None,
    *,
    as_json: bool,
    verbose: bool,
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
        _print([verdict], [], [], verbose=verbose)
    return _exit([verdict], [])


def _print(
    verdicts: list[Verdict],
    broken: list[tuple[str, Mistake]],
    adapted: list[Adapted],
    cores: Cores | None = None,
    *,
    verbose: bool = False,
) -> None:
    from pyspec.conformance import Judgement

    for log in adapted:
        used = log.records - sum(log.ignored.values())
        click.echo(f"{log.file}: {used} of {log.records} records used")
        for reason, count in log.ignored.items():
            click.echo(f"  {count} ignored: {reason}")
    for place, verdict in enumerate(verdicts):
        _print_one(verdict, verbose=verbose)
        if cores is not None and verdict.judgement is Judgement.REJECTED:
            for line in core_lines(cores[place], verbose=verbose):
                click.echo(line)
    for _, error in broken:
        click.echo(f"malformed: {error}", err=True)
    if len(verdicts) + len(broken) > 1:
        click.echo(_summary(verdicts, broken))


def _print_one(verdict: Verdict, *, verbose: bool) -> None:
    from pyspec.conformance.expectation import unmet
    from pyspec.conformance.prose import lines_of

    trace = verdict.question.trace
    if trace.damage:
        click.echo(f"{trace.file}: {trace.damage}", err=True)
    for line in lines_of(verdict, verbose=verbose):
        click.echo(line)
    if trace.expect is not None:
        missed = unmet(verdict)
        click.echo(f"  {missed}" if missed else "  as expected")


def _summary(verdicts: list[Verdict], broken: list[tuple[str, Mistake]]) -> str:
    """`6 traces: 3 conform, 3 rejected; all 6 as expected`."""
    from collections import Counter

    from pyspec.conformance.expectation import unmet
    from pyspec.conformance.outcomes import kind_of

    counts = Counter(map(kind_of, verdicts))
    counts["malformed"] += len(broken)
    words = {"conforms": "conform"}
    found = ", ".join(
        f"{number} {words.get(word, word)}" for word, number in counts.items() if number
    )
    text = f"{counted(len(verdicts) + len(broken), 'trace')}: {found}"
    expecting = [v for v in verdicts if v.question.trace.expect is not None]
    if expecting:
        met = sum(unmet(verdict) is None for verdict in expecting)
        text += f"; {met} of {len(expecting)} expectations met"
    return text


def _print_json(
    verdicts: list[Verdict],
    broken: list[tuple[str, Mistake]],
    adapted: list[Adapted],
    cores: Mapping[int, Core | None] | None = None,
    covered: list[Coverage] | None = None,
) -> None:
    import json

    from pyspec.conformance.prose import as_json

    rows: list[dict[str, Any]] = [
        {**as_json(verdict), **_expected(verdict)} for verdict in verdicts
    ]
    for place, core in (cores or {}).items():
        rows[place]["core"] = core_json(core)
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
            "nearest": [],
            "states": None,
            "properties": [],
            "fairness": None,
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
    if covered is not None:
        data["coverage"] = [coverage_json(each) for each in covered]
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
