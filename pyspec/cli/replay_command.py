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
    looks_like_a_file,
    toolchain_options,
)
from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.conformance import Engine, Limits, Question, Spec, Verdict
    from pyspec.conformance.adapters import Adapted
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Trace


@click.command("replay")
@click.argument(
    "traces",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--spec",
    metavar="SLUG|FILE",
    help="Slug or .tla file to replay against (default: the trace's module, "
    "looked up in the catalogue).",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A cfg that gives constants, INIT and NEXT.",
)
@click.option(
    "--adapter",
    type=click.Path(path_type=Path),
    metavar="FILE.py",
    help="A Python file whose `adapt` maps the log's records to events.  Its code "
    "is run.",
)
@click.option(
    "--engine",
    type=click.Choice(["native", "tlc"]),
    default="native",
    show_default=True,
    help="What decides: the spec compiled to Python, or TLC.",
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

    if follow:
        return _follow(
            traces,
            _Specs(cache(lambda: find_toolchain(java, jar)), spec, config),
            Limits(timeout_s=timeout, memory_mb=memory),
            idle,
            as_json=as_json,
            alone=adapter is None and engine == "native",
        )
    if idle is not None:
        raise Mistake("--idle is for a trace that grows", hint="Add --follow.")
    adapted, broken = _adapt(traces, adapter) if adapter else ([], [])
    named = _named(traces, adapted, spec) if adapter is None or adapted else []
    toolchain = cache(lambda: find_toolchain(java, jar))
    specs = _Specs(toolchain, spec, config)
    limits = Limits(timeout_s=timeout, memory_mb=memory)
    with Reporter(["replay"], quiet=as_json) as reporter:
        reporter.say(0, "reading specs")
        questions, more = _ask(named, specs, adapted=adapter is not None)
        events = sum(len(question.trace.events) for question in questions)
        reporter.say(
            0,
            f"{_count(len(questions), 'trace')} with {_count(events, 'event')}, "
            "none decided yet",
        )
        verdicts = _engine(engine, toolchain, limits).decide(questions)
    broken += more
    if as_json:
        _print_json(verdicts, broken, adapted)
    else:
        _print(verdicts, broken, adapted)
    return _exit(verdicts, broken)


def _follow(
    traces: tuple[Path, ...],
    specs: _Specs,
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


def _engine(name: str, toolchain: Callable[[], Toolchain], limits: Limits) -> Engine:
    from pyspec.conformance import NativeEngine, TlcEngine

    if name == "tlc":
        return TlcEngine(toolchain(), limits)
    return NativeEngine(toolchain, limits)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _adapt(
    files: tuple[Path, ...],
    adapter: Path,
) -> tuple[list[Adapted], list[tuple[str, Mistake]]]:
    """Read the logs; one that cannot be read costs the others nothing."""
    from pyspec.conformance import adapt_file

    adapted: list[Adapted] = []
    broken: list[tuple[str, Mistake]] = []
    for file in files:
        try:
            adapted.append(adapt_file(file, adapter))
        except Mistake as error:
            if error.file == str(adapter):
                raise  # the adapter is to blame, for every log alike
            broken.append((str(file), error))
    return adapted, broken


def _named(
    files: tuple[Path, ...],
    adapted: list[Adapted],
    spec: str | None,
) -> list[tuple[str, Trace | Mistake]]:
    """Read the traces; one that cannot be read costs the others nothing."""
    if adapted:
        return [
            (str(key), trace) for log in adapted for key, trace in log.traces.items()
        ]
    named: list[tuple[str, Trace | Mistake]] = []
    for file in files:
        try:
            named += _of_any_format(file, spec)
        except Mistake as error:
            if file.suffix in {".ndjson", ".jsonl", ".json"} and error.hint is None:
                error.hint = "A log needs what maps it to events: --adapter FILE.py."
            named.append((str(file), error))
    return named


def _of_any_format(file: Path, spec: str | None) -> list[tuple[str, Trace]]:
    """Read a file's traces; what is not carried over from it is told."""
    from pyspec.tla2tools.formats import Format, read_any

    # With --spec nobody asks of which module a trace is, and not every file says so.
    module = None if spec is None else Path(spec).stem
    readings = read_any(file, module=module)
    for reading in readings[:1]:
        if reading.form is Format.ETCD:
            raise Mistake(
                "of this log only the names of actions and processes could be judged",
                file=file,
                hint="A log needs what maps the rest to events: --adapter FILE.py.",
            )
        for note in reading.notes:
            click.echo(f"{file}: {note}", err=True)
        for what, count in reading.ignored.items():
            click.echo(f"{file}: not judged: {what} ({count:,})", err=True)
    return [(str(file), reading.trace) for reading in readings]


def _ask(
    named: list[tuple[str, Trace | Mistake]],
    specs: _Specs,
    *,
    adapted: bool,
) -> tuple[list[Question], list[tuple[str, Mistake]]]:
    from pyspec.conformance import ask

    questions: list[Question] = []
    broken: list[tuple[str, Mistake]] = []
    for name, trace in named:
        if isinstance(trace, Mistake):
            broken.append((name, trace))
            continue
        try:
            path = specs.path_of(trace.module)
        except Mistake as error:
            if specs.named is not None:
                raise  # --spec is to blame, for every trace alike
            error.file, error.line = error.file or trace.file or name, 1
            broken.append((name, error))
            continue
        spec = specs.at(path)
        try:
            questions.append(ask(spec, trace, key=name if adapted else None))
        except Mistake as error:
            broken.append((name, error))
    return questions, broken


class _Specs:
    """The specs that traces name, each read once."""

    def __init__(
        self,
        toolchain: Callable[[], Toolchain],
        named: str | None,
        config: Path | None,
    ) -> None:
        self.toolchain = toolchain
        self.named = named
        self.config = config
        self.known: dict[Path, Spec] = {}

    def at(self, path: Path) -> Spec:
        """Return the spec in a file, read at most once."""
        from pyspec.conformance import load_spec
        from pyspec.tla2tools import read_config

        if path not in self.known:
            config = read_config(self.config) if self.config else None
            self.known[path] = load_spec(self.toolchain, path, config)
        return self.known[path]

    def path_of(self, module: str) -> Path:
        """Return the file of a trace's module, or the one that --spec names."""
        from pyspec import catalog

        if self.named is None:
            return catalog.find_by_module(module).spec
        if looks_like_a_file(self.named):
            return Path(self.named)
        return catalog.find(self.named).spec


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
