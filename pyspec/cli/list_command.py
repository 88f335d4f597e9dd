"""`pyspec list`."""

from __future__ import annotations

import click

from pyspec.cli.options import json_option


@click.command("list")
@json_option
def command(as_json: bool) -> None:
    """Show the catalogue of protocols."""
    from pyspec import catalog

    found = catalog.protocols()
    if as_json:
        import json

        rows = [
            {
                "slug": protocol.slug,
                "family": protocol.family,
                "title": protocol.title,
                "claims": len(protocol.claims),
                "folder": str(protocol.folder),
            }
            for protocol in found
        ]
        click.echo(json.dumps({"protocols": rows}, indent=2))
        return
    if not found:
        click.echo("no protocols; `pyspec new SLUG --family FAMILY` begins one")
    family = None
    width = max((len(protocol.slug) for protocol in found), default=0)
    for protocol in found:
        if protocol.family != family:
            family = protocol.family
            click.echo(family)
        click.echo(f"  {protocol.slug:{width}}  {protocol.title}")
