"""`pyspec fuzz SLUG`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pyspec.cli.implementations import fault_options, subject_options
from pyspec.cli.options import Seconds, json_option, toolchain_options
from pyspec.errors import Exit, Mistake, PyspecError

if TYPE_CHECKING:
    from pyspec.campaign.fuzzing.campaign import Campaign, Plan
    from pyspec.cli.implementations import FaultOptions, SubjectOptions

_SEEDS = 1000
_COUNT = click.IntRange(min=1)


@click.command("fuzz")
@subject_options
@click.option(
    "--seeds",
    type=_COUNT,
    metavar="N",
    help=f"So many runs (default: {_SEEDS:,}, without --time).",
)
@click.option(
    "--time",
    "seconds",
    type=Seconds(),
    metavar="TIME",
    help="Begin no run after so long, as 90s, 30m or 8h.",
)
@click.option(
    "--first-seed", type=int, default=0, show_default=True, help="Of the first run."
)
@click.option(
    "--seed",
    type=int,
    metavar="N",
    help="Run this one seed, with just the faults of --faults and --set.",
)
@click.option(
    "-j",
    "--jobs",
    type=_COUNT,
    help="Runs at a time (default: one a core).  With one, equal arguments draw "
    "equal runs.",
)
@click.option(
    "--events",
    type=_COUNT,
    default=500,
    show_default=True,
    metavar="N",
    help="End each run after so many.",
)
@fault_options("all")
@click.option(
    "--keep-going",
    type=_COUNT,
    default=1,
    metavar="N",
    help="Stop after so many failing runs (default: the first).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where failing runs are written (default: fuzz-findings/SLUG).",
)
@click.option("--no-shrink", is_flag=True, help="Leave failing runs as they are.")
@click.option(
    "--shrink-time",
    type=Seconds(),
    default="60s",
    show_default=True,
    metavar="TIME",
    help="Make each failing run smaller for so long at most.",
)
@click.option(
    "--calm",
    type=click.IntRange(min=0),
    default=600,
    show_default=True,
    metavar="N",
    help="Let one in four runs that do not rest go on for so many events without a "
    "fault, and judge what it does again and again; 0: none.",
)
@click.option(
    "--handler-time",
    type=Seconds(),
    default="10s",
    show_default=True,
    metavar="TIME",
    help="A method that takes more time of the processor does not return.",
)
@json_option
@toolchain_options
def command(
    subject: SubjectOptions,
    faults: FaultOptions,
    seeds: int | None,
    seconds: float | None,
    first_seed: int,
    seed: int | None,
    jobs: int | None,
    events: int,
    keep_going: int,
    out: Path | None,
    no_shrink: bool,
    shrink_time: float,
    calm: int,
    handler_time: float,
    as_json: bool,
    java: Path | None,
    jar: Path | None,
) -> int:
    """Run an implementation many times under faults, each run held to its spec.

    Each run has a seed and a random part of the faults that --faults and --set
    allow; those that reached something new are drawn again, and varied.  A run
    fails if it takes a step that the spec does not, owes an action at rest or
    wherever it goes round in a circle, answers clients inconsistently, raises, or
    never returns.  It is written down at once, and made small then.
    """
    from pyspec.campaign.fuzzing.campaign import Plan
    from pyspec.campaign.fuzzing.given import ceiling_of
    from pyspec.cli.check_command import cores

    found = subject.held()
    protocol = found.protocol()
    if seed is not None and (seeds is not None or seconds is not None or first_seed):
        raise Mistake(
            "--seed is one run",
            hint="Leave out --seeds, --time and --first-seed.",
        )
    ceiling = ceiling_of(protocol, faults.preset, faults.settings)
    plan = Plan(
        subject=found,
        ceiling=ceiling,
        folder=out or _folder(subject),
        seeds=_SEEDS if seeds is None and seconds is None else seeds,
        seconds=seconds,
        only=seed,
        first_seed=first_seed,
        jobs=jobs or cores(),
        events=events,
        failures=keep_going,
        shrink_s=0.0 if no_shrink else shrink_time,
        calm=calm,
        handler_s=handler_time,
        java=java,
        jar=jar,
    )
    return _fuzz(plan, as_json=as_json)


def _folder(subject: SubjectOptions) -> Path:
    found = subject.subject()
    slug = Path(found.slug).stem if found.is_own else found.slug
    parts = [slug, found.variant, found.broken]
    return Path("fuzz-findings", *filter(None, parts))


def _fuzz(plan: Plan, *, as_json: bool) -> int:
    """Run the campaign; what it found is told however it ends.

    An error that ends it has the last word, and the exit code.
    """
    from pyspec.campaign.fuzzing.campaign import Campaign
    from pyspec.cli.fuzz_report import print_json, print_result
    from pyspec.report.progress import Reporter

    interrupted, error = False, None
    with Reporter(["fuzz"], quiet=as_json) as reporter:
        campaign = Campaign(plan, lambda text: reporter.say(0, text))
        try:
            campaign.go()
        except KeyboardInterrupt:
            interrupted = True
        except PyspecError as raised:
            error = raised
            interrupted = True
    if error is not None and not campaign.result.findings:
        raise error
    if as_json:
        print_json(campaign, interrupted=interrupted)
    else:
        print_result(campaign, interrupted=interrupted)
    if error is not None:
        raise error
    return Exit.INTERRUPTED if interrupted else _exit(campaign)


def _exit(campaign: Campaign) -> Exit:
    result = campaign.result
    codes = [Exit.VIOLATION] if result.findings else []
    codes += [Exit.UNDECIDED] if result.unknown else []
    return Exit.worst(codes)
