"""`pyspec check TARGET`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.options import (
    find_toolchain,
    json_option,
    limit_options,
    looks_like_a_file,
    toolchain_options,
)
from pyspec.errors import Exit, Mistake

if TYPE_CHECKING:
    from pyspec.campaign.claims import ClaimResult, Settings
    from pyspec.catalog import Claim, Protocol
    from pyspec.tla2tools import Job, Outcome, Toolchain


@click.command("check")
@click.argument("target")
@click.option(
    "--config",
    "configs",
    multiple=True,
    help="The cfg to check with; for a slug, one of its claims. Repeatable.",
)
@click.option(
    "--engine",
    type=click.Choice(["tlc"]),
    default="tlc",
    help="What decides.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Threads of one run.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    help="Runs at a time (default: one a core).",
)
@click.option(
    "--deadlock/--no-deadlock",
    default=None,
    help="Whether a state without successor is a violation (default: as the cfg "
    "or the claim says; TLC checks it if nothing is said).",
)
@click.option("--coverage", is_flag=True, help="Show how often each action was taken.")
@click.option(
    "--simulate",
    type=click.IntRange(min=1),
    metavar="N",
    help="Walk N random behaviors instead of searching all states.",
)
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Longest random behavior, in states.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of --simulate.")
@click.option(
    "--dump",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the state graph in dot's language (small models).",
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep checkpoints in DIR, one every few minutes.",
)
@click.option(
    "--recover",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Go on from the checkpoint in DIR.",
)
@click.option(
    "--nightly",
    is_flag=True,
    help="Of a slug, check the claims that take minutes, too.",
)
@limit_options
@json_option
@toolchain_options
def command(
    target: str,
    configs: tuple[str, ...],
    engine: str,
    workers: int | None,
    jobs: int | None,
    deadlock: bool | None,
    coverage: bool,
    simulate: int | None,
    depth: int,
    seed: int,
    dump: Path | None,
    checkpoint: Path | None,
    recover: Path | None,
    nightly: bool,
    memory: int | None,
    timeout: float | None,
    as_json: bool,
    java: Path | None,
    jar: Path | None,
) -> int:
    """Model-check a protocol's claims (TARGET is a slug), or any .tla file.

    For a file the cfg beside it with its name is taken unless --config names
    others.  For a slug every claim of its protocol.toml is run and compared:
    verdict, property, and number of distinct states.
    """
    del engine
    if looks_like_a_file(target):
        from dataclasses import replace

        files = _configs_of(Path(target), configs)
        common = _job(
            Path(target),
            deadlock=deadlock,
            workers=workers,
            coverage=coverage,
            timeout=timeout,
            memory=memory,
        )
        common = replace(
            common,
            dump=dump,
            checkpoint=checkpoint,
            recover=recover,
            simulate=_simulation(simulate, depth, seed),
        )
        toolchain = find_toolchain(java, jar)
        return _check_files(
            toolchain,
            [replace(common, config=file) for file in files],
            jobs or 1,
            as_json=as_json,
        )
    for name, value in (
        ("--dump", dump),
        ("--checkpoint", checkpoint),
        ("--recover", recover),
        ("--simulate", simulate),
    ):
        if value is not None:
            raise Mistake(
                f"{name} is for one model, and {target} is a slug with many claims",
                hint=f"Name the file: pyspec check PATH/MC….tla --config … {name} …",
            )
    from pyspec import catalog
    from pyspec.campaign.claims import Settings

    protocol = catalog.find(target)
    claims = _claims_of(protocol, configs, nightly=nightly)
    settings = Settings(workers, timeout, memory, coverage)
    toolchain = find_toolchain(java, jar)
    return _check_slug(
        protocol,
        claims,
        toolchain,
        settings,
        jobs or cores(),
        as_json=as_json,
    )


def cores() -> int:
    """Return the number of cores that this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _configs_of(module: Path, configs: tuple[str, ...]) -> list[Path]:
    if module.suffix == ".cfg":
        raise Mistake(
            "this is a cfg; name the module, and the cfg with --config",
            file=module,
            expected="pyspec check MODULE.tla --config FILE.cfg",
        )
    return [Path(config) for config in configs] or [module.with_suffix(".cfg")]


def _job(
    module: Path,
    *,
    deadlock: bool | None,
    workers: int | None,
    coverage: bool,
    timeout: float | None,
    memory: int | None,
) -> Job:
    from pyspec.tla2tools import Job

    return Job(
        module=module,
        deadlock=deadlock,
        workers=workers or cores(),
        coverage=coverage,
        timeout_s=timeout,
        memory_mb=memory,
    )


def _simulation(number: int | None, depth: int, seed: int) -> Any:  # noqa: ANN401
    if number is None:
        return None
    from pyspec.tla2tools import Simulation

    return Simulation(behaviors=number, depth=depth, seed=seed)


def _check_files(
    toolchain: Toolchain,
    jobs: list[Job],
    parallel: int,
    *,
    as_json: bool,
) -> int:
    from pyspec.report.check import as_json as to_json
    from pyspec.report.check import lines_of
    from pyspec.report.progress import Reporter
    from pyspec.tla2tools import run_all

    names = [str(job.config) for job in jobs]
    outcomes: dict[int, Outcome] = {}
    with Reporter(names, quiet=as_json) as reporter:
        for index, outcome in run_all(
            toolchain,
            jobs,
            parallel=parallel,
            progress=reporter.update,
        ):
            reporter.done(index)
            outcomes[index] = outcome
            if not as_json:
                _warn_unsound(jobs[index])
                if len(jobs) > 1:
                    click.echo(f"{names[index]}:")
                for line in lines_of(outcome):
                    click.echo(line)
                _show_coverage(outcome)
    ordered = [outcomes[index] for index in sorted(outcomes)]
    if as_json:
        objects = [to_json(outcome) for outcome in ordered]
        _print_json(
            objects[0]
            if len(objects) == 1
            else {
                "runs": [
                    {**one, "config": name}
                    for one, name in zip(objects, names, strict=True)
                ],
            },
        )
    return Exit.worst([outcome.exit for outcome in ordered])


def _warn_unsound(job: Job) -> None:
    from pyspec.campaign.claims import unsound
    from pyspec.tla2tools import Config, read_config

    config = job.config
    if not isinstance(config, Config):
        if config is None or not config.exists():
            return
        try:
            config = read_config(config)
        except Mistake:
            return  # the run itself has said so
    reason = unsound(config)
    if reason:
        click.echo(
            f"warning: {job.config}: properties are checked under {reason}; if one "
            "of them is a liveness property, TLC's answer may be wrong",
            err=True,
        )


def _show_coverage(outcome: Outcome) -> None:
    from pyspec.report.check import where

    if not outcome.coverage:
        return
    click.echo("coverage (new states : states generated)")
    for action in outcome.coverage:
        place = where(action.location, outcome.modules)
        counts = f"{action.distinct:>9,} : {action.generated:<9,}"
        click.echo(f"  {counts} {action.action}  {place}")


def _print_json(data: object) -> None:
    import json

    click.echo(json.dumps(data, indent=2))


def _claims_of(
    protocol: Protocol,
    configs: tuple[str, ...],
    *,
    nightly: bool,
) -> list[Claim]:
    if not configs:
        return [claim for claim in protocol.claims if nightly or not claim.nightly]
    by_name = {claim.config: claim for claim in protocol.claims}
    picked = []
    for config in configs:
        name = Path(config).name
        name = name if name.endswith(".cfg") else f"{name}.cfg"
        if name not in by_name:
            raise Mistake(
                f"{protocol.slug} makes no claim about {config}",
                file=protocol.folder / "protocol.toml",
                expected=", ".join(by_name),
            )
        picked.append(by_name[name])
    return picked


def _check_slug(
    protocol: Protocol,
    claims: list[Claim],
    toolchain: Toolchain,
    settings: Settings,
    parallel: int,
    *,
    as_json: bool,
) -> int:
    from pyspec.campaign.claims import check_claims
    from pyspec.report.progress import Reporter

    results: dict[int, ClaimResult] = {}
    width = max((len(claim.config) for claim in claims), default=0)
    names = [claim.config for claim in claims]
    alone = len(claims) == 1
    with Reporter(names, quiet=as_json) as reporter:
        for index, result in check_claims(
            protocol,
            claims,
            toolchain,
            settings=settings,
            parallel=parallel,
            progress=reporter.update,
        ):
            reporter.done(index)
            results[index] = result
            if not as_json:
                _tell_claim(result, width, in_full=alone)
    ordered = [results[index] for index in sorted(results)]
    met = sum(result.unmet is None for result in ordered)
    if as_json:
        _print_json({"claims": [_claim_json(result) for result in ordered]})
    else:
        click.echo(f"{met} of {len(ordered)} claims of {protocol.slug} are as stated")
    return Exit.worst([result.exit for result in ordered])


def _tell_claim(result: ClaimResult, width: int, *, in_full: bool) -> None:
    from pyspec.campaign.claims import expected
    from pyspec.report.check import counts_of, lines_of

    mark = click.style("ok ", fg="green") if result.unmet is None else "RED"
    if result.unmet is not None:
        mark = click.style(mark, fg="red")
    claim = result.claim
    click.echo(
        f"{mark} {claim.config:{width}}  {expected(claim)}  "
        f"({counts_of(result.outcome)})",
    )
    if claim.mutates:
        click.echo(f"      instead of {', '.join(claim.mutates)}: {claim.because}")
    if result.unmet is not None:
        click.echo(f"      {result.unmet}")
    if result.unmet is not None or in_full:
        for line in lines_of(result.outcome):
            click.echo(f"      {line}".rstrip())
    if in_full:
        _show_coverage(result.outcome)


def _claim_json(result: ClaimResult) -> dict[str, Any]:
    from pyspec.campaign.claims import expected
    from pyspec.report.check import as_json

    return {
        **as_json(result.outcome),
        "config": result.claim.config,
        "expected": expected(result.claim),
        "met": result.unmet is None,
        "unmet": result.unmet,
    }
