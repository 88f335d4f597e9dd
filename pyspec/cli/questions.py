"""Traces named on the command line, as questions to an engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pyspec.cli.options import looks_like_a_file
from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.conformance import Engine, Limits, Question, Spec
    from pyspec.conformance.adapters import Adapted
    from pyspec.tla2tools import Toolchain
    from pyspec.trace.model import Trace

__all__ = ["Specs", "adapt", "ask_all", "engine_of", "named_traces"]


def adapt(
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


def named_traces(
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
            is_log = file.suffix in {".ndjson", ".jsonl", ".json"} and file.exists()
            if is_log and error.hint is None and error.line in {None, 1}:
                error.hint = "A log needs what maps it to events: --adapter FILE.py."
            named.append((str(file), error))
    return named


def _of_any_format(file: Path, spec: str | None) -> list[tuple[str, Trace]]:
    """Read a file's traces; what is not carried over from it is told."""
    if is_long(file):
        from pyspec.trace.long import read_long_trace

        return [(str(file), read_long_trace(file))]
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


def is_long(file: Path) -> bool:
    """Whether a trace in text form is too long to be kept in memory."""
    from pyspec.trace.long import LONG_BYTES

    return (
        file.suffix == ".trace" and file.is_file() and file.stat().st_size >= LONG_BYTES
    )


def ask_all(
    named: list[tuple[str, Trace | Mistake]],
    specs: Specs,
    *,
    adapted: bool,
) -> tuple[list[Question], list[tuple[str, Mistake]]]:
    """Put traces as questions; return those that cannot be, too, with why."""
    from pyspec.conformance import ask
    from pyspec.trace.places import column_of

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
            error.column = column_of(error.file, 1, trace.module)
            broken.append((name, error))
            continue
        spec = specs.at(path)
        try:
            questions.append(ask(spec, trace, key=(name or None) if adapted else None))
        except Mistake as error:
            broken.append((name, error))
    return questions, broken


class Specs:
    """The specs that traces name, each read once."""

    def __init__(
        self,
        toolchain: Callable[[], Toolchain],
        named: str | None,
        config: Path | None,
        properties: tuple[str, ...] = (),
    ) -> None:
        self.toolchain = toolchain
        self.named = named
        self.config = config
        self.properties = properties
        self.known: dict[Path, Spec] = {}

    def at(self, path: Path) -> Spec:
        """Return the spec in a file, read at most once."""
        from pyspec.conformance import claiming, load_spec
        from pyspec.tla2tools import read_config

        if path not in self.known:
            config = read_config(self.config) if self.config else None
            spec = load_spec(self.toolchain, path, config)
            self.known[path] = claiming(spec, self.properties)
        return self.known[path]

    def path_of(self, module: str) -> Path:
        """Return the file of a trace's module, or the one that --spec names."""
        from pyspec import catalog

        if self.named is None:
            return catalog.find_by_module(module).spec
        if looks_like_a_file(self.named):
            return Path(self.named)
        return catalog.find(self.named).spec


def engine_of(name: str, toolchain: Callable[[], Toolchain], limits: Limits) -> Engine:
    """Return the engine of this name."""
    from pyspec.conformance import NativeEngine, TlcEngine

    if name == "tlc":
        return TlcEngine(toolchain(), limits)
    return NativeEngine(toolchain, limits)
