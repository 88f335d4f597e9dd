"""`pyspec new SLUG`."""

from __future__ import annotations

from pathlib import Path

import click

from pyspec.errors import Mistake


@click.command("new")
@click.argument("slug")
@click.option(
    "--family",
    required=True,
    help="Folder that it belongs to, such as commit or consensus.",
)
@click.option("--title", help="The protocol's name (default: made from the slug).")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The checkout to write into (default: this folder).",
)
def command(slug: str, family: str, title: str | None, root: Path) -> None:
    """Scaffold a protocol: spec, model, claims, page, implementation.

    The files parse and one model runs.  `pyspec verify SLUG` then says
    precisely what is missing.
    """
    from pyspec.campaign.scaffold import scaffold

    name = slug.replace("-", "_")
    for kind, word in (("slug", name), ("family", family)):
        if not word.isidentifier() or word != word.lower():
            raise Mistake(
                f"{word!r} is not a {kind}",
                expected="lower case letters, digits and underscores, a letter first",
            )
    written = scaffold(root, family, name, title)
    for path in written:
        click.echo(f"wrote {path}")
    click.echo(f"\nNext: pyspec verify {name}")
