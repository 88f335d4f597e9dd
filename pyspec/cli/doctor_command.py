"""`pyspec doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pyspec.cli.options import json_option, toolchain_options
from pyspec.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path


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

    Exits with 4 if no Java or no jar is found.
    """
    from pyspec.tla2tools import toolchain as bridge

    if fetch:
        from pyspec.tla2tools.fetch import fetch as download

        path = download()
        click.echo(f"tla2tools 1.7.4 is in {path}", err=as_json)
    sections = bridge.describe(java=java, jar=jar)
    if as_json:
        import json

        click.echo(json.dumps(sections, indent=2, default=str))
    return Exit.FINE
