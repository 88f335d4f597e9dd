"""`pyspec check TARGET`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyspec.cli.engines import ENGINES, Engine, refuse_options
from pyspec.cli.options import (
    json_option,
    limit_options,
    looks_like_a_file,
    toolchain_options,
)
from pyspec.errors import Exit, Mistake, near

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.campaign.claims import ClaimResult, Settings
    from pyspec.catalog import Claim, Protocol
    from pyspec.tla2tools import Job, Outcome, Simulation


@click.command("check")
@click.argument("target")
@click.option(
    "--config",
    "configs",
    multiple=True,
    metavar="FILE",
    help="The cfg to check with; for a slug, one of its claims. Repeatable.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="tlc",
    show_default=True,
    help="What decides: TLC; the native engine, which is quicker on small models "
    "and needs no Java once it knows the modules; or both, compared.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Threads of one run (default: a file's runs share the cores, a random "
    "walk and a slug's claims have one each).",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Runs at a time (default: one for a file, one a core for a slug).",
)
@click.option(
    "--deadlock/--no-deadlock",
    default=None,
    help="Whether a state without successor is a violation (default: as the cfg "
    "says; TLC checks it if nothing is said).  Not for a slug: claims say it.",
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
    metavar="D",
    help="Longest behavior of --simulate, in states (default: 100).",
)
@click.option(
    "--seed",
    type=int,
    metavar="S",
    help="Seed of --simulate, and of what the spec draws by chance (default: 0).",
)
@click.option(
    "--dump",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the state graph in dot's language (small models) to FILE, which "
    "ends with .dot.",
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep checkpoints in DIR, one a minute.",
)
@click.option(
    "--recover",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Go on from the checkpoint in DIR.",
)
@click.option(
    "--depth-first",
    is_flag=True,
    help="Native engine: follow the newest state first.",
)
@click.option(
    "--allow-io",
    is_flag=True,
    help="Native engine: let the spec read and write files (IOUtils, Json, CSV).",
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
    depth: int | None,
    seed: int | None,
    dump: Path | None,
    checkpoint: Path | None,
    recover: Path | None,
    depth_first: bool,
    allow_io: bool,
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

    With --engine both, TLC and the native engine must give the same verdict,
    property and number of distinct states.  A difference is our bug: exit code
    5, and a report to send.  Where one of the two does not decide (a limit, or
    something that it cannot evaluate) there is no difference; the exit code is
    then the worse of the two.
    """
    decider = Engine(engine, java, jar, depth_first=depth_first, allow_io=allow_io)
    refuse_options(
        engine,
        {
            "--workers": workers,
            "--jobs": jobs,
            "--coverage": coverage,
            "--dump": dump,
            "--checkpoint": checkpoint,
            "--recover": recover,
            "--depth-first": depth_first,
            "--allow-io": allow_io,
            "--simulate": simulate,
        },
    )
    search = {"--dump": dump, "--checkpoint": checkpoint, "--recover": recover}
    walk = {"--depth": depth}
    if looks_like_a_file(target):
        files = _configs_of(Path(target), configs)
        _refuse({"--nightly": nightly or None}, "is for a slug", "Leave it out.")
        if len(files) > 1:
            _refuse(search, "is for one run", "Check with one --config.")
        if simulate is None:
            _refuse(walk, "is for random behaviors", "Add --simulate N.")
        else:
            _refuse(search, "is for a search of all states", "Leave out --simulate.")
        job = _job(
            Path(target),
            deadlock=deadlock,
            workers=workers or (1 if simulate else max(1, cores() // (jobs or 1))),
            coverage=coverage,
            timeout=timeout,
            memory=memory,
            seed=seed or 0,
            simulation=_simulation(simulate, depth, seed),
            dump=_dot(dump),
            checkpoint=checkpoint,
            recover=_checkpoint_in(recover),
        )
        return _check_files(decider, job, files, jobs or 1, as_json=as_json)
    _refuse(
        {**search, **walk, "--seed": seed, "--simulate": simulate},
        f"is for one model, and {target} is a slug with many claims",
        "Name the module: pyspec check FOLDER/MC….tla --config FOLDER/MC….cfg …",
    )
    _refuse(
        {"--deadlock": deadlock},
        f"is not for {target}: its claims say whether deadlock is checked",
        "Name the module: pyspec check FOLDER/MC….tla --config FOLDER/MC….cfg …",
    )
    if configs:
        _refuse({"--nightly": nightly or None}, "is for all claims", "Leave it out.")
    from pyspec.campaign.claims import Settings

    protocol = _protocol(target)
    claims = _claims_of(protocol, configs, nightly=nightly)
    settings = Settings(workers, timeout, memory, coverage)
    return _check_slug(
        protocol,
        claims,
        decider,
        settings,
        jobs or cores(),
        as_json=as_json,
    )


def _refuse(options: Mapping[str, object], why: str, hint: str) -> None:
    """Mistake for the first option that was given: it would have no effect."""
    for name, value in options.items():
        if value is not None:
            raise Mistake(f"{name} {why}", hint=hint)


def cores() -> int:
    """Return the number of cores that this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _protocol(slug: str) -> Protocol:
    from pyspec import catalog

    try:
        return catalog.find(slug)
    except Mistake as error:
        if Path(f"{slug}.tla").is_file():
            error.hint = f"Did you mean {slug}.tla?"
        raise


def _configs_of(module: Path, configs: tuple[str, ...]) -> list[Path]:
    if module.suffix == ".cfg":
        raise Mistake(
            "this is a cfg; name the module, and the cfg with --config",
            file=module,
            expected="pyspec check MODULE.tla --config FILE.cfg",
        )
    named = [_with_suffix(Path(config)) for config in configs]
    return list(dict.fromkeys(named)) or [module.with_suffix(".cfg")]


def _with_suffix(config: Path) -> Path:
    """Let `--config MCSpec` mean MCSpec.cfg, as it does for a slug."""
    longer = config.with_name(f"{config.name}.cfg")
    return longer if longer.is_file() and not config.exists() else config


def _dot(dump: Path | None) -> Path | None:
    """Check where the graph is to go before TLC runs for an hour."""
    if dump is None:
        return None
    if dump.suffix != ".dot":
        raise Mistake("the name of a state graph ends with .dot", file=dump)
    if not dump.absolute().parent.is_dir():
        raise Mistake("there is no such folder", file=dump.parent)
    return dump


def _checkpoint_in(folder: Path | None) -> Path | None:
    """Return the newest checkpoint that is complete enough to go on from."""
    if folder is None:
        return None
    found = sorted({folder, *folder.iterdir()})
    usable = [one for one in found if (one / "vars.chkpt").is_file()]
    if not usable:
        raise Mistake(
            "there is no checkpoint in this folder",
            file=folder,
            hint="TLC writes the first a minute after it began.",
        )
    return usable[-1]


def _job(
    module: Path,
    *,
    deadlock: bool | None,
    workers: int,
    coverage: bool,
    timeout: float | None,
    memory: int | None,
    seed: int,
    simulation: Simulation | None,
    dump: Path | None,
    checkpoint: Path | None,
    recover: Path | None,
) -> Job:
    from pyspec.language import modules_folder
    from pyspec.tla2tools import Job

    return Job(
        module=module,
        library=(modules_folder(),),
        arguments=True,
        deadlock=deadlock,
        workers=workers,
        coverage=coverage,
        timeout_s=timeout,
        memory_mb=memory,
        seed=seed,
        simulate=simulation,
        dump=dump,
        checkpoint=checkpoint,
        recover=recover,
    )


def _simulation(
    number: int | None,
    depth: int | None,
    seed: int | None,
) -> Simulation | None:
    if number is None:
        return None
    from pyspec.tla2tools import Simulation

    return Simulation(behaviors=number, depth=depth or 100, seed=seed or 0)


def _check_files(
    engine: Engine,
    common: Job,
    configs: list[Path],
    parallel: int,
    *,
    as_json: bool,
) -> int:
    from dataclasses import replace

    from pyspec.report.check import as_json as to_json
    from pyspec.report.progress import Reporter

    jobs = [replace(common, config=config) for config in configs]
    names = [near(config) for config in configs]
    outcomes: dict[int, Outcome] = {}
    with Reporter(names, quiet=as_json) as reporter:
        for index, outcome in engine.run_all(
            jobs,
            parallel=parallel,
            progress=reporter.update,
        ):
            reporter.done(index)
            outcomes[index] = outcome
            with reporter.paused():
                if engine.name != "native":
                    _warn_unsound(jobs[index])
                if not as_json:
                    _tell_run(outcome, names[index] if len(jobs) > 1 else None)
    ordered = [outcomes[index] for index in sorted(outcomes)]
    if as_json:
        objects = [
            {**to_json(outcome), "config": str(config)}
            for outcome, config in zip(ordered, configs, strict=True)
        ]
        _print_json(objects[0] if len(objects) == 1 else {"runs": objects})
    return Exit.worst([outcome.exit for outcome in ordered])


def _tell_run(outcome: Outcome, name: str | None) -> None:
    """Print an outcome, below its cfg's name if there are several."""
    from pyspec.report.check import lines_of

    if name:
        click.echo(f"{name}:")
    for line in lines_of(outcome):
        click.echo(line)
    _show_coverage(outcome)
    if name:
        click.echo()


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
            import difflib

            close = difflib.get_close_matches(name, by_name, n=3)
            raise Mistake(
                f"{protocol.slug} makes no claim about {config}",
                file=protocol.folder / "protocol.toml",
                hint=f"Did you mean {' or '.join(close)}?"
                if close
                else f"`pyspec show {protocol.slug}` shows them all.",
            )
        picked.append(by_name[name])
    return picked


def _check_slug(
    protocol: Protocol,
    claims: list[Claim],
    engine: Engine,
    settings: Settings,
    parallel: int,
    *,
    as_json: bool,
) -> int:
    from pyspec.campaign.claims import job_of, results_of
    from pyspec.report.progress import Reporter

    results: dict[int, ClaimResult] = {}
    width = max((len(claim.config) for claim in claims), default=0)
    names = [claim.config for claim in claims]
    alone = len(claims) == 1
    jobs = [job_of(protocol, claim, settings) for claim in claims]
    with Reporter(names, quiet=as_json) as reporter:
        ran = engine.run_all(jobs, parallel=parallel, progress=reporter.update)
        for index, result in results_of(claims, ran):
            reporter.done(index)
            results[index] = result
            if not as_json:
                with reporter.paused():
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
    from pyspec.report.check import engines_of, lines_of

    fine = result.exit is Exit.FINE
    claim = result.claim
    counts = "" if in_full else f"  ({engines_of(result.outcome)})"
    click.echo(
        f"{_mark(result.exit)} {claim.config:{width}}  {expected(claim)}{counts}"
    )
    if claim.mutates:
        click.echo(f"      instead of {', '.join(claim.mutates)}: {claim.because}")
    elif claim.because and in_full:
        click.echo(f"      {claim.because}")
    if result.unmet is not None:
        click.echo(f"      {result.unmet}")
    if not fine or in_full:
        for line in lines_of(result.outcome):
            click.echo(f"      {line}".rstrip())
    _show_coverage(result.outcome)


def _mark(code: Exit) -> str:
    """Whether a claim is as stated; where a limit was hit nobody knows."""
    if code is Exit.FINE:
        return click.style("ok ", fg="green")
    if code is Exit.UNDECIDED:
        return click.style("?? ", fg="yellow")
    return click.style("RED", fg="red")


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
