"""`pyspec doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pyspec.cli.options import json_option, toolchain_options
from pyspec.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.tla2tools.toolchain import Finding

TITLES: Final = {
    "java": "Java, in the order of preference",
    "jar": "tla2tools.jar, in the order of preference",
    "aot": "Start-up",
    "listener": "Network",
    "cache": "Cache",
    "temp": "Temporary files",
}
NEEDED: Final = ("java", "jar")


@click.command("doctor")
@click.option(
    "--fetch",
    is_flag=True,
    help="Download tla2tools 1.7.4 into the cache, verified by its checksum.",
)
@json_option
@toolchain_options
def command(fetch: bool, as_json: bool, java: Path | None, jar: Path | None) -> int:
    """Show what was found, and why: JRE, jar, versions, caches.

    Exits with 4 if no Java or no jar is to be had, or something else stands in
    the way.
    """
    from pyspec.tla2tools.toolchain import describe

    if fetch:
        from pyspec.tla2tools.fetch import fetch as download

        path = download()
        click.echo(f"tla2tools 1.7.4 is in {path}", err=as_json)
    findings = describe(java=java, jar=jar)
    if as_json:
        _print_json(findings)
    else:
        _print(findings)
    return _exit(findings)


def _print(findings: list[Finding]) -> None:
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            click.echo(TITLES.get(topic, topic))
        mark = "->" if finding.chosen else "  "
        if not finding.good:
            mark = click.style(" !", fg="red")
        click.echo(f" {mark} {finding.what}")
        click.echo(f"      {finding.why}")
    for topic in _missing(findings):
        click.echo(f"no {topic} is in use", err=True)


def _missing(findings: list[Finding]) -> list[str]:
    chosen = {finding.topic for finding in findings if finding.chosen}
    return [topic for topic in NEEDED if topic not in chosen]


def _print_json(findings: list[Finding]) -> None:
    import dataclasses
    import json

    rows = [dataclasses.asdict(finding) for finding in findings]
    click.echo(json.dumps({"findings": rows}, indent=2))


def _exit(findings: list[Finding]) -> Exit:
    broken = any(not finding.good for finding in findings) or _missing(findings)
    return Exit.ENVIRONMENT if broken else Exit.FINE
