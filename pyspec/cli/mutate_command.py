"""`pyspec mutate TRACE…`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.options import (
    json_option,
    limit_options,
    toolchain_options,
    trace_options,
)
from pyspec.cli.questions import Specs, ask_all, engine_of, named_traces
from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.campaign.mutation import Change, Survey
    from pyspec.cli.options import TraceOptions
    from pyspec.conformance import Verdict

MOST_SHOWN = 20
"""Changes of a trace that are listed; `--json` has all."""


@click.command("mutate")
@trace_options
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 if a smaller share of the changes is noticed.",
)
@limit_options
@json_option
@toolchain_options
def command(
    traces: tuple[Path, ...],
    held: TraceOptions,
    fail_under: float | None,
    as_json: bool,
) -> int:
    """Show that conforming traces would be rejected if they said anything else.

    Each trace is changed in one place at a time: an observed field has another
    value, an event is dropped, repeated, or swapped with the next.  A change
    that still conforms is reported: as *unconstrained* if no change of that
    field was noticed anywhere in the trace, else as one that *commutes*.
    """
    from pyspec.campaign.mutation import mutants_of, survey
    from pyspec.conformance import Judgement, Limits
    from pyspec.report.progress import Reporter

    # Nobody asks why, or whether more silent steps would help.
    limits = Limits(held.timeout, held.memory, unbounded_s=0, explained=0)
    decider = engine_of(held.engine, held.toolchain, limits)
    with Reporter(["mutate"], quiet=as_json) as reporter:
        named = named_traces(traces, [], held.spec)
        specs = Specs(held.toolchain, held.spec, held.config)
        questions, broken = ask_all(named, specs, adapted=False)
        reporter.say(0, f"replaying {len(questions)} traces as they are")
        verdicts = decider.decide(questions)
        found: list[tuple[Verdict, Survey | None]] = []
        for verdict in verdicts:
            reporter.say(0, f"changing {verdict.question.name}")
            told = None
            if verdict.judgement is Judgement.CONFORMS:
                question = verdict.question
                told = survey(mutants_of(question.trace), question.spec, decider)
            found.append((verdict, told))
    if as_json:
        click.echo(json.dumps(_json(found, broken), indent=2))
    else:
        _print(found, broken)
    return _exit(found, broken, fail_under)


def _rate(found: list[tuple[Verdict, Survey | None]]) -> tuple[int, int]:
    """Return how many changes were noticed, and decided, in all."""
    surveys = [told for _, told in found if told is not None]
    noticed = sum(told.noticed.total() for told in surveys)
    tried = sum(told.tried.total() - len(told.undecided) for told in surveys)
    return noticed, tried


def _print(
    found: list[tuple[Verdict, Survey | None]], broken: list[tuple[str, Mistake]]
) -> None:
    for verdict, told in found:
        name = verdict.question.name
        if told is None:
            click.echo(f"{name}: {verdict.headline}, so it is not changed")
            continue
        click.echo(f"{name}: {_counts(told)}")
        lines = [f"  unconstrained: {each}" for each in told.unconstrained]
        lines += [f"  commutes: {each}" for each in told.commuting]
        lines += [f"  undecided: {each}" for each in told.undecided]
        for line in lines[:MOST_SHOWN]:
            click.echo(line)
        if len(lines) > MOST_SHOWN:
            click.echo(f"  and {len(lines) - MOST_SHOWN} more (--json lists them)")
    for _, error in broken:
        click.echo(f"malformed: {error}", err=True)
    noticed, tried = _rate(found)
    if len(found) > 1 and tried:
        click.echo(f"{noticed} of {tried} changes noticed ({noticed / tried:.1%})")


def _counts(told: Survey) -> str:
    """`110 of 119 changes noticed (92.4%): field 30 of 30, dropped 8 of 9, ...`."""
    kinds = ", ".join(
        f"{kind.value} {told.noticed[kind]} of {number}"
        for kind, number in told.tried.items()
    )
    if not kinds:
        return "there is nothing to change"
    total = f"{told.noticed.total()} of {told.tried.total()} changes noticed"
    return f"{total} ({told.rate:.1%}): {kinds}"


def _json(
    found: list[tuple[Verdict, Survey | None]], broken: list[tuple[str, Mistake]]
) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "file": verdict.question.trace.file,
            "verdict": verdict.judgement.value,
            "line": None,
            "why": verdict.why,
            **_survey_json(told),
        }
        for verdict, told in found
    ]
    rows += [
        {
            "file": error.file or name,
            "verdict": "malformed",
            "line": error.line,
            "why": str(error),
            **_survey_json(None),
        }
        for name, error in broken
    ]
    noticed, tried = _rate(found)
    return {"traces": rows, "noticed": noticed, "decided": tried}


def _survey_json(told: Survey | None) -> dict[str, Any]:
    if told is None:
        return {"kinds": None, "unnoticed": []}
    kinds = {
        kind.value: {"tried": number, "noticed": told.noticed[kind]}
        for kind, number in told.tried.items()
    }
    missed = [
        *(_change_json("unconstrained", each) for each in told.unconstrained),
        *(_change_json("commutes", each) for each in told.commuting),
        *(_change_json("undecided", each) for each in told.undecided),
    ]
    return {"kinds": kinds, "unnoticed": missed}


def _change_json(what: str, change: Change) -> dict[str, Any]:
    return {
        "is": what,
        "change": change.kind.value,
        "event": change.event.number,
        "line": change.event.line,
        "field": change.field,
    }


def _exit(
    found: list[tuple[Verdict, Survey | None]],
    broken: list[tuple[str, Mistake]],
    fail_under: float | None,
) -> int:
    """Traces that are to be rejected, and are, have nothing to be changed."""
    from pyspec.conformance.expectation import exit_of

    codes = [exit_of(verdict) for verdict, _ in found]
    codes += [Exit.MISTAKE for _ in broken]
    noticed, tried = _rate(found)
    if fail_under is not None and tried and 100 * noticed / tried < fail_under:
        codes.append(Exit.VIOLATION)
    if any(told is not None and told.undecided for _, told in found):
        codes.append(Exit.UNDECIDED)
    return Exit.worst(codes)
