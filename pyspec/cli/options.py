"""Options that several commands share."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache, cached_property, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.tla2tools import Toolchain

F = TypeVar("F", bound="Callable[..., Any]")


class Seconds(click.ParamType[float]):
    """A time: `90`, `90s`, `5m` or `1h`."""

    name = "time"
    units = {"": 1, "s": 1, "m": 60, "h": 3600}  # noqa: RUF012 - never written to

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return seconds."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value).strip())
        if match is None or float(match[1]) == 0:
            self.fail(f"{value!r} is not a time such as 90, 90s, 5m or 1h", param, ctx)
        return float(match[1]) * self.units[match[2]]


class Megabytes(click.ParamType[int]):
    """An amount of memory: `512`, `512M` or `4G`."""

    name = "memory"
    units = {"": 1, "M": 1, "G": 1024}  # noqa: RUF012 - never written to

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return MiB."""
        match = re.fullmatch(r"(\d+)([MG]?)", str(value).strip().upper())
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is not an amount such as 512M or 4G", param, ctx)
        return int(match[1]) * self.units[match[2]]


def toolchain_options(function: F) -> F:
    """Add --java and --jar."""
    function = click.option(
        "--jar",
        type=click.Path(path_type=Path),
        help="Take this tla2tools.jar.",
    )(function)
    return click.option(
        "--java",
        type=click.Path(path_type=Path),
        help="Take this java.",
    )(function)


def limit_options(function: F) -> F:
    """Add --timeout and --memory."""
    function = click.option(
        "--memory",
        type=Megabytes(),
        help="Limit of memory, as 512M or 4G.",
    )(function)
    return click.option(
        "--timeout",
        type=Seconds(),
        help="Limit of the time of each run, as 90s or 5m.",
    )(function)


@dataclass(frozen=True)
class TraceOptions:
    """What traces are held to, and who decides within which limits."""

    spec: str | None
    config: Path | None
    engine: str
    timeout: float | None
    memory: int | None
    java: Path | None
    jar: Path | None

    @cached_property
    def toolchain(self) -> Callable[[], Toolchain]:
        """What finds Java and the jar, at its first call."""
        return cache(partial(find_toolchain, self.java, self.jar))


def trace_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add traces, and what they are held to by whom: --spec, --config, --engine.

    The function gets `held`, which has the limits and the toolchain too.
    """

    @wraps(function)
    def command(**given: Any) -> int:  # noqa: ANN401 - what click read
        held = {each.name: given.pop(each.name) for each in fields(TraceOptions)}
        return function(held=TraceOptions(**held), **given)

    for option in (
        click.option(
            "--engine",
            type=click.Choice(["native", "tlc"]),
            default="native",
            show_default=True,
            help="What decides: the spec compiled to Python, or TLC.",
        ),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="A cfg that gives constants, SPECIFICATION or INIT and NEXT, and "
            "invariants and properties to be judged.",
        ),
        click.option(
            "--spec",
            metavar="SLUG|FILE",
            help="Slug or .tla file to replay against (default: the trace's module, "
            "looked up in the catalogue).",
        ),
        click.argument(
            "traces", nargs=-1, required=True, type=click.Path(path_type=Path)
        ),
    ):
        command = option(command)
    return command


def json_option(function: F) -> F:
    """Add --json."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print one JSON object on standard output and nothing else there.",
    )(function)


def find_toolchain(java: Path | None, jar: Path | None) -> Toolchain:
    """Find a JRE and a jar, preferring what the user names."""
    from pyspec.tla2tools import find_toolchain as find

    return find(java=java, jar=jar)


def looks_like_a_file(target: str) -> bool:
    """Whether TARGET is a path rather than a slug."""
    return target.endswith((".tla", ".cfg")) or "/" in target or Path(target).is_file()
