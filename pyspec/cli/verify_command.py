"""`pyspec verify SLUG…`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.options import (
    find_toolchain,
    json_option,
    limit_options,
    toolchain_options,
)
from pyspec.errors import Exit, Interrupted, PyspecError

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.campaign.verify import Plan, Row
    from pyspec.catalog import Protocol
    from pyspec.tla2tools import Toolchain


@click.command("verify")
@click.argument("slugs", nargs=-1, required=True)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Random schedules of the implementation.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the first.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    help="Runs of TLC at a time (default: one a core).",
)
@click.option(
    "--nightly",
    is_flag=True,
    help="Check the claims that take minutes, too.",
)
@limit_options
@json_option
@toolchain_options
def command(
    slugs: tuple[str, ...],
    runs: int,
    seed: int,
    jobs: int | None,
    nightly: bool,
    memory: int | None,
    timeout: float | None,
    as_json: bool,
    java: Path | None,
    jar: Path | None,
) -> int:
    """Verify everything about protocols, and print a table for each.

    Modules parse; every claim is as stated, and both engines agree on those of
    small models; each property can fail and each action happens; the
    implementation conforms under faults and broken ones are rejected; recorded
    traces have their verdicts; the page is complete.
    """
    from pyspec import catalog
    from pyspec.campaign.verify import Plan
    from pyspec.cli.check_command import cores

    found = [catalog.find(slug) for slug in slugs]
    toolchain = find_toolchain(java, jar)
    plan = Plan(runs, seed, jobs or cores(), nightly, timeout, memory)
    codes: list[Exit] = []
    tables: dict[str, list[Row]] = {}
    for protocol in found:
        rows = _verify(protocol, toolchain, plan, quiet=as_json)
        tables[protocol.slug] = rows
        codes += [row.exit for row in rows]
        if not as_json:
            _print_table(protocol, toolchain, rows)
    if as_json:
        import json

        click.echo(json.dumps(to_json(tables), indent=2))
    return Exit.worst(codes)


def _verify(
    protocol: Protocol,
    toolchain: Toolchain,
    plan: Plan,
    *,
    quiet: bool,
) -> list[Row]:
    from pyspec.campaign.verify import Verification
    from pyspec.report.progress import Reporter

    rows: list[Row] = []
    with Reporter([protocol.slug], quiet=quiet) as reporter:
        verification = Verification(
            protocol,
            toolchain,
            plan,
            say=lambda text: reporter.say(0, f"{len(rows)} done; {text}"),
        )
        try:
            for row in verification.rows():
                rows.append(row)  # noqa: PERF402 - the reporter counts them meanwhile
        except Interrupted:
            raise
        except PyspecError as error:
            rows.append(_stopped(error))
    return rows


def _stopped(error: PyspecError) -> Row:
    """Return the row of what kept the rest from being looked at."""
    from pyspec.campaign.verify import Row

    text = str(error).splitlines()
    return Row("stopped", "the rest", "was not looked at", tuple(text), error.exit)


def _print_table(protocol: Protocol, toolchain: Toolchain, rows: list[Row]) -> None:
    click.echo(
        f"{protocol.title}  ({protocol.slug}; TLC {toolchain.jar.version}, "
        f"Java {toolchain.java.version})",
    )
    what = max((len(row.what) for row in rows), default=0)
    point = ""
    for row in rows:
        if row.point != point:
            point = row.point
            click.echo(f"\n{point}")
        mark = _mark(row)
        click.echo(f"  {mark} {row.what:{what}}  {row.found}")
        for problem in row.problems:
            click.echo(f"        {problem}")
    passed = sum(row.passed for row in rows)
    left = sum(row.left for row in rows)
    more = f", {left} left out" if left else ""
    click.echo(f"\n{passed} of {len(rows) - left} checks passed{more}")


def _mark(row: Row) -> str:
    if row.left:
        return "-- "
    if row.passed:
        return click.style("ok ", fg="green")
    return click.style("RED", fg="red", bold=True)


def to_json(tables: dict[str, list[Row]]) -> dict[str, Any]:
    """Return the object that `verify --json` prints of each protocol's rows."""
    return {
        "protocols": [
            {
                "slug": slug,
                "verdict": "ok"
                if all(row.passed or row.left for row in rows)
                else "red",
                "checks": [
                    {
                        "point": row.point,
                        "what": row.what,
                        "found": row.found,
                        "passed": None if row.left else row.passed,
                        "problems": list(row.problems),
                    }
                    for row in rows
                ],
            }
            for slug, rows in tables.items()
        ],
    }
