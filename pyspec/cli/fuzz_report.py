"""What `pyspec fuzz` says of its runs, for people and as JSON."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pyspec.counts import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspec.campaign.fuzzing.campaign import Campaign, Finding
    from pyspec.conformance import Spec

__all__ = ["print_json", "print_result"]

_MOST_PARTS: Final = 20
_RARE: Final = 3


def print_result(campaign: Campaign, *, interrupted: bool) -> None:
    """Print what failed, then what all runs have reached."""
    spec = _spec(campaign)
    for finding in campaign.result.findings:
        for line in _finding_lines(campaign, finding, spec):
            click.echo(line)
        click.echo()
    for line in _summary(campaign, spec):
        click.echo(line)
    if interrupted:
        click.echo("interrupted: this is what the runs until then say", err=True)


def _spec(campaign: Campaign) -> Spec:
    from functools import cache, partial

    from pyspec.cli.options import find_toolchain
    from pyspec.conformance import load_spec

    plan = campaign.plan
    toolchain = cache(partial(find_toolchain, plan.java, plan.jar))
    return load_spec(toolchain, plan.subject.spec())


# ------------------------------------------------------------ what failed


_SAID: Final = {
    "rejected": "takes a step that the spec does not",
    "owes": "never takes a step that it owes",
    "history": "answers its clients inconsistently",
    "raised": "raises an exception",
    "stuck": "does not return",
    "died": "ends the process that runs it",
}


def _finding_lines(campaign: Campaign, finding: Finding, spec: Spec) -> Iterator[str]:
    failure = finding.failure
    same = f", and {finding.same} more runs" if finding.same else ""
    yield f"seed {finding.seed}{same}: the implementation {_SAID[failure.what]}"
    if failure.what in {"raised", "stuck", "died"}:
        yield f"  {failure.where}"
    if failure.what != "rejected" and failure.why:
        yield f"  {failure.why}"
    yield f"  faults  {' '.join(finding.settings) or 'none'}"
    yield f"  again   {finding.again}"
    if finding.files["trace"]:
        yield f"  trace   {finding.files['trace']} ({finding.files['events']} events)"
    if finding.files.get("why_no_schedule"):
        yield f"  schedule not written: {finding.files['why_no_schedule']}"
    if finding.unrepeatable:
        yield (
            "  the same seed did not fail again: does the implementation ask the "
            "clock, the order of a set, or randomness other than context.rng?"
        )
    yield from _small_lines(campaign, finding)
    yield from _explained(campaign, finding, spec)


def _small_lines(campaign: Campaign, finding: Finding) -> Iterator[str]:
    small = finding.small
    if small is None:
        return
    least = (
        "none of which can be left out"
        if small["is_least"]
        else "some of which could be left out, had there been more time"
    )
    yield (
        f"  small   {small['trace']} ({small['events']} events; "
        f"{small['processes']} processes, {small['happenings']} happenings, {least})"
    )
    if small["schedule"] is not None:
        words = ["pyspec", "simulate", *campaign.plan.subject.options]
        yield f"  take    {shlex.join([*words, '--schedule', small['schedule']])}"


def _explained(campaign: Campaign, finding: Finding, spec: Spec) -> Iterator[str]:
    """Explain the smallest trace as `pyspec replay` does."""
    files = finding.small or finding.files
    if finding.failure.what == "history" and files.get("history"):
        path = files["history"]
        yield f"  see     pyspec replay --history {finding.failure.where} {path}"
    if finding.failure.what not in {"rejected", "owes"} or not files["trace"]:
        return
    from pyspec.cli.options import find_toolchain
    from pyspec.conformance import NativeEngine, ask
    from pyspec.conformance.prose import lines_of
    from pyspec.trace import read_trace

    plan = campaign.plan
    engine = NativeEngine(lambda: find_toolchain(plan.java, plan.jar))
    trace = read_trace(Path(files["trace"]))
    for verdict in engine.decide([ask(spec, trace)]):
        for line in lines_of(verdict):
            yield f"  {line}"


# ------------------------------------------------------------ what was reached


def _summary(campaign: Campaign, spec: Spec) -> Iterator[str]:
    result, name = campaign.result, campaign.plan.subject.name
    rate = result.events / max(result.seconds, 0.001)
    failed = f"{result.failed} failed" if result.failed else "none failed"
    yield (
        f"{name}: {counted(result.runs, 'run')}, {counted(result.events, 'event')} in "
        f"{result.seconds:,.1f} s ({rate:,.0f} a second); {failed}"
    )
    round_ = f", {result.circled:,} went round in a circle" if result.circled else ""
    yield f"  {counted(result.rested, 'run')} came to rest{round_}"
    for why, count in result.unknown.items():
        yield f"  not decided: {counted(count, 'run')}: {why}"
    actions = spec.facts.actions
    reached = [each for each in actions if result.tally.actions[each]]
    yield (
        f"  {len(reached)} of {len(actions)} actions, "
        f"{counted(len(result.tally.followed), 'pair')} of one after another"
    )
    counts = sorted(result.tally.actions.items(), key=lambda each: -each[1])
    for action, count in counts:
        yield f"    {count:>9,}  {action}"
    never = result.never(actions)
    if never and result.runs:
        yield f"  never taken: {', '.join(never)}"
        subject = campaign.plan.subject
        others = subject.protocol().variants if subject.variant is None else ()
        yield from (f"    perhaps by --variant {name}" for name in others)
    rare = [f"{name} ({count:,})" for name, count in result.rare[:_RARE]]
    if rare:
        yield f"  rare: {', '.join(rare)}"
    yield from _idle(campaign)


def _idle(campaign: Campaign) -> Iterator[str]:
    idle = campaign.result.idle_parts
    for part in idle[:_MOST_PARTS]:
        yield f"  never true: {part['file']}:{part['line']}  {part['text']}"
    if len(idle) > _MOST_PARTS:
        yield f"  and {len(idle) - _MOST_PARTS} more (--json lists them)"


# ------------------------------------------------------------ as JSON


def print_json(campaign: Campaign, *, interrupted: bool) -> None:
    """Print the one object."""
    import json

    result, plan = campaign.result, campaign.plan
    actions = _spec(campaign).facts.actions
    verdict = "violated" if result.findings else "unknown" if result.unknown else "ok"
    data: dict[str, Any] = {
        "slug": plan.subject.slug,
        "implementation": plan.subject.broken or plan.subject.file,
        "variant": plan.subject.variant,
        "verdict": verdict,
        "interrupted": interrupted,
        "runs": result.runs,
        "events": result.events,
        "rested": result.rested,
        "circled": result.circled,
        "failed": result.failed,
        "seconds": round(result.seconds, 3),
        "findings": [*map(_finding_json, result.findings)],
        "unknown": dict(result.unknown),
        "coverage": {
            "actions": {each: result.tally.actions[each] for each in actions},
            "followed": dict(sorted(result.tally.followed.items())),
            "never": result.never(actions),
            "idle": [_part_json(each) for each in result.idle_parts],
        },
    }
    click.echo(json.dumps(data, indent=2))


def _finding_json(finding: Finding) -> dict[str, Any]:
    failure, small = finding.failure, finding.small
    return {
        "what": failure.what,
        "where": failure.where,
        "why": failure.why,
        "event": failure.event,
        "seed": finding.seed,
        "settings": finding.settings,
        "again": finding.again,
        "same": finding.same,
        "unrepeatable": finding.unrepeatable,
        "trace": finding.files["trace"],
        "schedule": finding.files.get("schedule"),
        "history": finding.files.get("history"),
        "events": finding.files["events"],
        "small": None if small is None else _small_json(small),
    }


def _small_json(small: Mapping[str, Any]) -> dict[str, Any]:
    names = ("trace", "schedule", "history", "events", "happenings", "processes")
    return {name: small[name] for name in (*names, "runs", "is_least")}


def _part_json(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in ("action", "file", "line", "column", "text")}
