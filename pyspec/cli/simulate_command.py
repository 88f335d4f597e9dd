"""`pyspec simulate SLUG`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pyspec.cli.implementations import fault_options, subject_options
from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from pyspec.cli.implementations import FaultOptions, SubjectOptions

_LONGEST = 500
_FILE = click.Path(path_type=Path)


@click.command("simulate")
@subject_options
@click.option("--seed", type=int, default=0, show_default=True, help="What decides.")
@click.option(
    "--steps",
    type=click.IntRange(min=0),
    help=f"End after so many events (default: {_LONGEST}, without --time).",
)
@click.option(
    "--time",
    "simulated",
    metavar="TIME",
    help="End after so much simulated time, as 2s or 500ms.",
)
@fault_options("default")
@click.option(
    "--observe",
    type=click.Choice(["everything", "own", "names"]),
    default="everything",
    show_default=True,
    help="Write down each field that a step assigned, and the network; the same "
    "without the network; or actions and their arguments alone.",
)
@click.option("--clocks", is_flag=True, help="Give each event a vector clock.")
@click.option(
    "--messages", is_flag=True, help="Name what each event sent and received."
)
@click.option(
    "--logs-per-process",
    "logs",
    type=_FILE,
    metavar="DIR",
    help="Also write a log for each process, for `pyspec replay --together`.",
)
@click.option(
    "--history",
    type=_FILE,
    metavar="FILE",
    help="Also write what clients asked and were told, for `pyspec replay --history`.",
)
@click.option(
    "--schedule",
    type=_FILE,
    metavar="FILE",
    help="Let happen what a schedule says, as `pyspec fuzz` writes them.",
)
@click.option(
    "-o", "--output", type=_FILE, metavar="FILE", help="Write the trace there."
)
def command(
    subject: SubjectOptions,
    faults: FaultOptions,
    seed: int,
    steps: int | None,
    simulated: str | None,
    observe: str,
    clocks: bool,
    messages: bool,
    logs: Path | None,
    history: Path | None,
    schedule: Path | None,
    output: Path | None,
) -> int:
    """Run a protocol's implementation in the simulator, and write its trace.

    Equal arguments give equal traces, byte by byte.
    """
    from pyspec.campaign.fuzzing.given import faults_of
    from pyspec.campaign.fuzzing.simulation import UNBOUNDED, Request
    from pyspec.campaign.fuzzing.simulation import simulated as run

    found = subject.held()
    protocol = found.protocol()
    if history is not None and protocol.history is None:
        raise Mistake(f"{found.name} has no clients, and so no history")
    if schedule is not None:
        _refuse_beside_schedule(faults, steps, simulated)
    if logs is not None and not (clocks or messages):
        click.echo(
            "these logs do not say what of two processes came first: "
            "add --clocks or --messages",
            err=True,
        )
    longest = UNBOUNDED if simulated is not None else _LONGEST
    request = Request(
        subject=found,
        seed=seed,
        faults=faults_of(protocol, faults.preset, faults.settings),
        steps=longest if steps is None else steps,
        time_ns=None if simulated is None else _nanoseconds(simulated),
        observe=observe,
        clocks=clocks,
        messages=messages,
        logs=logs,
        output=output,
        history=history,
        schedule=schedule,
    )
    events, end = run(request)
    if output is not None:
        click.echo(f"{output}: {events:,} events, {end.value}", err=True)
    return Exit.FINE


def _refuse_beside_schedule(
    faults: FaultOptions, steps: int | None, simulated: str | None
) -> None:
    if faults.is_given or steps is not None or simulated is not None:
        raise Mistake(
            "--schedule says all that happens",
            hint="Leave out --faults, --set, --steps and --time.",
        )


def _nanoseconds(text: str) -> int:
    from pyspec.campaign.fuzzing.given import span_ns

    wrong = Mistake(f"--time {text}: this is no time", expected="as 2s or 500ms")
    if not re.search(r"[a-z]$", text) or ".." in text:
        raise wrong
    try:
        return span_ns("--time", text)[0]
    except Mistake:
        raise wrong from None  # it is told as of --set
