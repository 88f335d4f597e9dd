"""`pyspec replay --trace-spec`: logs held to a trace spec as it stands."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyspec.conformance.trace_spec import LogVerdict, TraceSpec
    from pyspec.tla2tools import Toolchain

__all__ = ["replay_logs", "trace_spec_of", "trace_spec_options"]

F = TypeVar("F", bound="Callable[..., Any]")


class Variable(click.ParamType[tuple[str, str]]):
    """A variable of the environment: `NAME=VALUE`."""

    name = "variable"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """Return name and value."""
        name, sign, text = str(value).partition("=")
        if not name or not sign:
            self.fail(f"{value!r} is not of the form NAME=VALUE", param, ctx)
        return name, text


def trace_spec_options(function: F) -> F:
    """Add --trace-spec and what goes with it, all in `given` of the command."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_OPTIONS = (
    click.option(
        "--trace-spec",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Run this TLA+ trace spec as it stands, with --config's cfg (default: "
        "the one of its name): the files are its logs, which it finds in the "
        "variables JSON and TRACE_PATH of its environment.",
    ),
    click.option(
        "--env",
        type=Variable(),
        multiple=True,
        metavar="NAME=VALUE",
        help="With --trace-spec: another variable of the environment; a file that it "
        "names may be read.  May be repeated.",
    ),
    click.option(
        "--allow-io",
        is_flag=True,
        help="With --trace-spec: let the spec read and write all files, and see "
        "pyspec's own environment.",
    ),
    click.option(
        "--index",
        metavar="VAR",
        help="With --trace-spec: what counts the log's lines if the spec does not "
        "make it plain: l-1 for a variable that is the number of the next line, "
        'level-1 for TLCGet("level").',
    ),
    click.option(
        "--log",
        metavar="OPERATOR",
        help="With --trace-spec: the operator that is the log, likewise.",
    ),
)


def trace_spec_of(
    given: Mapping[str, Any],
    *,
    config: Path | None,
    limits: tuple[float | None, int | None],
    toolchain: Callable[[], Toolchain],
    refused: Mapping[str, object],
) -> TraceSpec | None:
    """Return the trace spec that the options name, if they name one.

    `limits` are seconds and MB; `refused` are options that do not go with it.
    """
    named: Path | None = given["trace_spec"]
    if named is None:
        for option in ("env", "allow_io", "index", "log"):
            if given[option]:
                name = option.replace("_", "-")
                raise Mistake(f"--{name} is for a trace spec", hint="Add --trace-spec.")
        return None
    for option, value in refused.items():
        if value:
            raise Mistake(
                f"{option} does not go with --trace-spec: the spec itself says how "
                "its logs are read",
                hint="Leave it out.",
            )
    from pyspec.conformance.trace_spec import TraceSpec
    from pyspec.explore.limits import Limits

    seconds, memory_mb = limits
    return TraceSpec(
        named,
        config,
        dict(given["env"]),
        allow_io=given["allow_io"],
        index=given["index"],
        log=given["log"],
        limits=Limits(seconds, memory_mb),
        toolchain=functools.cache(toolchain),
    )


def replay_logs(
    spec: TraceSpec, logs: Sequence[Path], *, as_json: bool, verbose: bool
) -> int:
    """Hold logs to a trace spec, print what is found, and return the exit code."""
    from pyspec.conformance.log_prose import exit_of, json_of, lines_of
    from pyspec.report.progress import Reporter

    verdicts: list[LogVerdict] = []
    broken: list[tuple[Path, Mistake]] = []
    _ = spec.program  # what is wrong with the spec is so for every log
    with Reporter([str(log) for log in logs], quiet=as_json) as reporter:
        for place, log in enumerate(logs):
            reporter.say(place, f"searching; {len(verdicts)} of {len(logs)} decided")
            try:
                verdict = spec.verdict(log)
            except Mistake as error:
                broken.append((log, error))
                continue
            verdicts.append(verdict)
            if not as_json:
                with reporter.paused():
                    for line in lines_of(verdict, verbose=verbose):
                        click.echo(line)
    if as_json:
        rows = [*map(json_of, verdicts), *(_malformed(*each) for each in broken)]
        _print_json(rows)
    else:
        _print_rest(verdicts, broken)
    codes = [*map(exit_of, verdicts), *(error.exit for _, error in broken)]
    return Exit.worst(codes)


def _print_json(rows: list[dict[str, Any]]) -> None:
    import json

    click.echo(json.dumps({"traces": rows}, indent=2))


def _print_rest(verdicts: list[LogVerdict], broken: list[tuple[Path, Mistake]]) -> None:
    from collections import Counter

    for log, error in broken:
        name = "" if error.file == str(log) else f"{log}: "
        click.echo(f"malformed: {name}{error}", err=True)
    if len(verdicts) + len(broken) > 1:
        counts = Counter(verdict.judgement.value for verdict in verdicts)
        counts["malformed"] += len(broken)
        words = {"conforms": "conform"}
        found = ", ".join(
            f"{number} {words.get(word, word)}"
            for word, number in counts.items()
            if number
        )
        click.echo(f"{len(verdicts) + len(broken)} logs: {found}")


def _malformed(log: Path, error: Mistake) -> dict[str, Any]:
    return {
        "file": str(log),
        "key": None,
        "verdict": "malformed",
        "event": None,
        "line": error.line if error.file == str(log) else None,
        "matched": None,
        "bound": None,
        "why": str(error),
        "enabled": [],
        "properties": [],
        "fairness": None,
        "expected": None,
        "unmet": None,
    }
