"""`pyspec drive SLUG`."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.implementations import subject_options
from pyspec.cli.options import Seconds, find_toolchain, json_option, toolchain_options

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.campaign.driven import Label, Tally
    from pyspec.campaign.reached import Reached
    from pyspec.cli.implementations import SubjectOptions

_COUNT = click.IntRange(min=1)


@click.command("drive")
@subject_options
@click.option(
    "--places",
    type=_COUNT,
    default=600,
    show_default=True,
    metavar="N",
    help="Look at so many states of the spec with the implementation in each.",
)
@click.option(
    "--length",
    type=_COUNT,
    default=40,
    show_default=True,
    metavar="N",
    help="End each behavior after so many steps.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What decides.")
@click.option(
    "--time",
    "seconds",
    type=Seconds(),
    metavar="TIME",
    help="Begin nothing after so long, as 90s or 30m.",
)
@json_option
@toolchain_options
def command(
    subject: SubjectOptions,
    places: int,
    length: int,
    seed: int,
    seconds: float | None,
    as_json: bool,
    java: Path | None,
    jar: Path | None,
) -> int:
    """Drive an implementation by behaviors of its spec.

    In each place of a behavior every step that the spec allows is looked for
    among all that can happen to the implementation.  An action is *unreached* if
    the spec allows it and the implementation never takes it; it *differs* if the
    implementation takes it where the spec does not, or to another state.
    """
    from pyspec.campaign.driven import Effort
    from pyspec.campaign.reached import reach
    from pyspec.report.progress import Reporter

    found = subject.held()
    tools = cache(partial(find_toolchain, java, jar))
    effort = Effort(places, length, seed, seconds)
    with Reporter(["drive"], quiet=as_json) as reporter:
        reporter.say(0, f"driving {found.name}")
        reached = reach(found.protocol(), found.spec(), tools, effort, found.unreached)
    if as_json:
        click.echo(json.dumps(to_json(found.name, reached), indent=2))
    else:
        _print(found.name, reached)
    return reached.exit


def _print(name: str, reached: Reached) -> None:
    driven = reached.driven
    tallies = driven.by_action()
    click.echo(f"{name}: {reached.headline}")
    if not driven.is_whole:
        click.echo("time ran out before all places were looked at")
    width = max((len(action) for action in tallies), default=0)
    click.echo(f"\n  {'action':{width}}  allowed  missed   taken")
    for action, tally in tallies.items():
        numbers = f"{tally.allowed:7,} {tally.missed:7,} {tally.taken:7,}"
        click.echo(f"  {action:{width}}  {numbers}")
    lines = [*reached.problems]
    lines += reached.reasons()
    lines += [f"not taken, as declared: {n}: {w}" for n, w in reached.declared.items()]
    if lines:
        click.echo()
    for line in lines:
        click.echo(line)


def to_json(name: str, reached: Reached) -> dict[str, Any]:
    """Return the object that `drive --json` prints."""
    from pyspec.errors import Exit

    driven = reached.driven
    words = {Exit.FINE: "ok", Exit.UNDECIDED: "unknown"}
    return {
        "subject": name,
        "verdict": words.get(reached.exit, "violated"),
        "complete": driven.is_whole,
        "places": driven.places,
        "tried": driven.steps,
        "pairs": len(driven.pairs),
        "actions": [
            {"action": action, **_counts(tally)}
            for action, tally in driven.by_action().items()
        ],
        "unreached": [
            _unreached(label, tally) for label, tally in driven.unreached.items()
        ],
        "declared": dict(reached.declared),
        "problems": reached.problems,
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {"allowed": tally.allowed, "missed": tally.missed, "taken": tally.taken}


def _unreached(label: Label, tally: Tally) -> dict[str, Any]:
    after = None if tally.after is None else [str(each) for each in tally.after]
    return {"step": str(label), "allowed": tally.allowed, "after": after}
