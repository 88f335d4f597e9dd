"""`pyspec show SLUG`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.catalog import Claim, Protocol


@click.command("show")
@click.argument("slug")
@click.option("--page", is_flag=True, help="Print the protocol's page instead.")
def command(slug: str, page: bool) -> None:
    """Show one protocol: facts, claims and where its files are."""
    from pyspec import catalog

    protocol = catalog.find(slug)
    if page:
        click.echo(protocol.page.read_text(encoding="utf-8"))
        return
    for line in _lines(protocol):
        click.echo(line)


def _lines(protocol: Protocol) -> Iterator[str]:
    yield f"{protocol.title}  ({protocol.family}/{protocol.slug})"
    yield ""
    yield from _wrapped(protocol.summary)
    yield ""
    yield "Sources"
    for source in protocol.sources:
        yield from _wrapped(f"{source.paper}, {source.year}. {source.where}", "  ")
    yield "Faults"
    width = max(map(len, protocol.faults), default=0)
    for fault, action in protocol.faults.items():
        yield f"  {fault:{width}}  {action}"
    yield "Left out"
    for item in protocol.left_out:
        yield from _wrapped(item, "  ")
    yield "Claims"
    for claim in protocol.claims:
        yield f"  {claim.config}: {_expected(claim)}"
        if claim.because:
            yield from _wrapped(claim.because, "      ")
    yield "Files"
    for path in sorted(protocol.folder.iterdir()):
        if path.suffix in {".tla", ".md", ".toml"}:
            yield f"  {path}"


def _expected(claim: Claim) -> str:
    if claim.property is None:
        states = f", {claim.distinct:,} distinct states" if claim.distinct else ""
        return f"{claim.says.value}{states}"
    return f"{claim.says.value} {claim.property} ({claim.kind})"


def _wrapped(text: str, indent: str = "") -> list[str]:
    import textwrap

    return textwrap.wrap(
        " ".join(text.split()),
        width=79,
        initial_indent=indent,
        subsequent_indent=indent,
    )
