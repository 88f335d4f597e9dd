"""`pyspec new SLUG`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from pyspec.errors import near


@click.command("new")
@click.argument("slug")
@click.option(
    "--family",
    required=True,
    metavar="FAMILY",
    help="Folder that it belongs to, such as commit or consensus.",
)
@click.option("--title", help="The protocol's name (default: made from the slug).")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="CHECKOUT",
    help="Where to write (default: the checkout that pyspec runs from).",
)
def command(slug: str, family: str, title: str | None, root: Path | None) -> None:
    """Scaffold a protocol: spec, model, claims, page, implementation.

    The files parse and one model runs.  `pyspec verify SLUG` then says
    precisely what is missing.
    """
    from pyspec.campaign.scaffold import scaffold
    from pyspec.catalog import data_folder

    name = slug.replace("-", "_")
    home = data_folder("specs").parent
    written = scaffold(root or home, family, name, title)
    for path in written:
        click.echo(f"wrote {near(path)}")
    click.echo(f"\nNext: {_next(root or home, home, name)}")


def _next(root: Path, home: Path, name: str) -> str:
    """What verifies it: a pyspec that runs from elsewhere does not see it."""
    verify = f"pyspec verify {name}"
    if root.resolve() == home.resolve():
        return verify
    return f"pip install -e {shlex.quote(str(root))} && {verify}"
