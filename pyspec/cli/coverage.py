"""`pyspec replay --coverage`: what traces exercise, as a table and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyspec.conformance import Verdict
    from pyspec.conformance.coverage import Coverage
    from pyspec.tla2tools import Toolchain

__all__ = ["coverage_json", "coverage_lines", "covered_by", "print_coverage"]

_MOST_IDLE: Final = 20
_MOST_PATHS: Final = 24


def covered_by(
    verdicts: Sequence[Verdict],
    toolchain: Callable[[], Toolchain],
    seconds: float | None,
    file: Path | None,
) -> list[Coverage]:
    """Return what traces exercise, with that of earlier runs if there is a file."""
    from pyspec.conformance.coverage import coverage_of

    found = coverage_of(verdicts, toolchain, seconds=seconds)
    return found if file is None else _accumulated(found, file)


def print_coverage(found: Iterable[Coverage]) -> None:
    """Print the tables."""
    for each in found:
        for line in coverage_lines(each):
            click.echo(line)


def coverage_lines(found: Coverage) -> Iterator[str]:
    """Return a table of the actions, and what was never exercised or observed."""
    traces = f"{found.traces:,} trace{'' if found.traces == 1 else 's'}"
    yield f"coverage of {found.module} by {traces} with {found.events:,} events"
    yield from _actions(found)
    if found.never:
        yield f"  never taken: {', '.join(found.never)}"
    yield from _idle(found)
    paths = [f"{path} {count:,}" for path, count in found.observed.most_common()]
    more = [f"and {len(paths) - _MOST_PATHS} more"] if len(paths) > _MOST_PATHS else []
    yield f"  observed: {', '.join([*paths[:_MOST_PATHS], *more]) or 'nothing'}"
    if found.unobserved:
        yield f"  never observed: {', '.join(found.unobserved)}"
    yield from _reservations(found)


def _actions(found: Coverage) -> Iterator[str]:
    taken = {name: how for name, how in found.actions.items() if how.total}
    width = max(map(len, ["action", *taken]))
    if taken:
        yield f"  {'action':<{width}}  called       ?  silent  parts"
    for name, how in taken.items():
        parts = found.parts[name]
        held = len(parts) - len(found.idle(name))
        counts = f"{how.called:>6,}  {how.unknown:>6,}  {how.silent:>6,}"
        yield f"  {name:<{width}}  {counts}  {held} of {len(parts)}"


def _idle(found: Coverage) -> Iterator[str]:
    """Name what of the actions that were taken was never gone through."""
    lines = [
        f"    {part.file}:{part.line}  {part.role} of {name}: {part.text}"
        for name, how in found.actions.items()
        if how.total
        for part in found.outermost_idle(name)
    ]
    if lines:
        yield "  never gone through:"
        yield from lines[:_MOST_IDLE]
    if len(lines) > _MOST_IDLE:
        yield f"    and {len(lines) - _MOST_IDLE} more (--json lists them)"


def _reservations(found: Coverage) -> Iterator[str]:
    """Say what could not be looked at."""
    if found.untold:
        yield f"  not known of ?: {', '.join(sorted(found.untold))}"
    if not found.is_whole:
        yield "  not all steps could be looked at: more may have been exercised"
    for reason in found.skipped:
        yield f"  not counted: {reason}"


def coverage_json(found: Coverage) -> dict[str, Any]:
    """Return the object that `--json` prints of a spec."""
    return {
        "module": found.module,
        "traces": found.traces,
        "events": found.events,
        "skipped": list(found.skipped),
        "complete": found.is_whole,
        "actions": [
            {
                "action": name,
                **how._asdict(),
                "told": name not in found.untold,
                "parts": [
                    {
                        "at": at,
                        "file": part.file,
                        "line": part.line,
                        "column": part.column,
                        "end_line": part.end_line,
                        "end_column": part.end_column,
                        "is": part.role,
                        "text": part.text,
                        "held": part.held,
                        "refused": part.refused,
                    }
                    for at, part in found.parts[name].items()
                ],
            }
            for name, how in found.actions.items()
        ],
        "observed": dict(found.observed.most_common()),
        "unobserved": found.unobserved,
        "variables": list(found.variables),
    }


def _accumulated(found: Sequence[Coverage], file: Path) -> list[Coverage]:
    """Add what a file has from earlier runs, and write the sum there.

    Raises Mistake for a file that is none of ours.
    """
    from pyspec.cli.convert_command import write_whole

    known = {each.module: each for each in _read(file)} if file.exists() else {}
    for each in found:
        if each.module in known:
            known[each.module].add(each)
        else:
            known[each.module] = each
    rows = [coverage_json(each) for each in known.values()]
    write_whole(str(file), json.dumps({"coverage": rows}, indent=1) + "\n")
    return list(known.values())


def _read(file: Path) -> Iterable[Coverage]:
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["coverage"]
        return [_coverage(row) for row in rows]
    except OSError as error:
        raise Mistake(f"this cannot be read: {error.strerror}", file=file) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Mistake(
            "this is no coverage that pyspec has written",
            file=file,
            hint="Name a file that does not exist yet, or one of an earlier run.",
        ) from None


def _coverage(row: dict[str, Any]) -> Coverage:
    from collections import Counter

    from pyspec.conformance.coverage import Coverage, How, PartCoverage

    actions = {each["action"]: each for each in row["actions"]}
    return Coverage(
        str(row["module"]),
        tuple(map(str, row["variables"])),
        traces=int(row["traces"]),
        events=int(row["events"]),
        skipped=list(map(str, row["skipped"])),
        actions={
            name: How(int(a["called"]), int(a["unknown"]), int(a["silent"]))
            for name, a in actions.items()
        },
        parts={
            name: {
                part["at"]: PartCoverage(
                    str(part["file"]),
                    int(part["line"]),
                    int(part["column"]),
                    int(part["end_line"]),
                    int(part["end_column"]),
                    str(part["is"]),
                    str(part["text"]),
                    int(part["held"]),
                    int(part["refused"]),
                )
                for part in a["parts"]
            }
            for name, a in actions.items()
        },
        observed=Counter({str(k): int(v) for k, v in row["observed"].items()}),
        looked_at=set(row["variables"]) - set(row["unobserved"]),
        untold={name for name, a in actions.items() if not a["told"]},
        is_whole=bool(row["complete"]),
    )
