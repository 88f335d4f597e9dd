"""`pyspec replay TRACE…`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.options import (
    find_toolchain,
    json_option,
    limit_options,
    looks_like_a_file,
    toolchain_options,
)
from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from pyspec.conformance import Question, Spec, Verdict
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
    help="Slug or .tla file to replay against (default: the trace's module, "
    "looked up in the catalogue).",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="A cfg that gives constants, INIT and NEXT.",
)
@click.option(
    "--adapter",
    type=click.Path(path_type=Path),
    help="A Python file whose `adapt` maps the log's records to events.  Its code "
    "is run.",
)
@limit_options
@json_option
@toolchain_options
def command(
    traces: tuple[Path, ...],
    spec: str | None,
    config: Path | None,
    adapter: Path | None,
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
    from pyspec.conformance import Limits, TlcEngine

    adapted = [_adapt(file, adapter) for file in traces] if adapter else []
    named = _named(traces, adapted)
    toolchain = find_toolchain(java, jar)
    specs = _Specs(toolchain, spec, config)
    questions, broken = _ask(named, specs, adapted=bool(adapted))
    engine = TlcEngine(toolchain, Limits(timeout_s=timeout, memory_mb=memory))
    verdicts = engine.decide(questions)
    if as_json:
        _print_json(verdicts, broken, adapted)
    else:
        _print(verdicts, broken, adapted)
    return _exit(verdicts, broken)


def _adapt(file: Path, adapter: Path) -> Adapted:
    from pyspec.conformance import adapt_file

    return adapt_file(file, adapter)


def _named(
    files: tuple[Path, ...],
    adapted: list[Adapted],
) -> list[tuple[str, Trace | Mistake]]:
    """Read the traces; one that cannot be read costs the others nothing."""
    if adapted:
        return [
            (str(key), trace) for log in adapted for key, trace in log.traces.items()
        ]
    from pyspec.trace import read_trace

    named: list[tuple[str, Trace | Mistake]] = []
    for file in files:
        try:
            named.append((str(file), read_trace(file)))
        except Mistake as error:
            named.append((str(file), error))
    return named


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
        spec = specs.for_module(trace.module)
        try:
            questions.append(ask(spec, trace, key=name if adapted else None))
        except Mistake as error:
            broken.append((name, error))
    return questions, broken


class _Specs:
    """The specs that traces name, each read once."""

    def __init__(
        self,
        toolchain: Toolchain,
        named: str | None,
        config: Path | None,
    ) -> None:
        self.toolchain = toolchain
        self.named = named
        self.config = config
        self.known: dict[Path, Spec] = {}

    def for_module(self, module: str) -> Spec:
        """Return the spec of a trace's module, or the one that --spec names."""
        from pyspec.conformance import load_spec
        from pyspec.tla2tools import read_config

        path = self.path_of(module)
        if path not in self.known:
            config = read_config(self.config) if self.config else None
            self.known[path] = load_spec(self.toolchain, path, config)
        return self.known[path]

    def path_of(self, module: str) -> Path:
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


def _print_json(
    verdicts: list[Verdict],
    broken: list[tuple[str, Mistake]],
    adapted: list[Adapted],
) -> None:
    import json

    from pyspec.conformance.prose import as_json

    rows: list[dict[str, Any]] = [as_json(verdict) for verdict in verdicts]
    rows += [
        {
            "file": error.file or name,
            "key": None,
            "verdict": "malformed",
            "event": None,
            "line": error.line,
            "why": str(error),
            "properties": [],
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


def _exit(verdicts: list[Verdict], broken: list[tuple[str, Mistake]]) -> int:
    from pyspec.conformance.expectation import exit_of

    codes = [exit_of(verdict) for verdict in verdicts]
    codes += [Exit.MISTAKE for _ in broken]
    return Exit.worst(codes)
