"""`pyspec show SLUG`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pyspec.errors import near

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
        where = f"; {source.where}" if source.where else ""
        yield from _wrapped(f"{source.paper}, {source.year}{where}", "  ", 2)
    yield "Faults"
    width = max(map(len, protocol.faults), default=0)
    for fault, action in protocol.faults.items():
        yield from _wrapped(f"{fault:{width}}  {action}", "  ", width + 2)
    yield "Left out"
    for item in protocol.left_out:
        yield from _wrapped(item, "  ", 2)
    yield "Claims"
    for claim in protocol.claims:
        yield f"  {claim.config}: {_expected(claim)}"
        if claim.because:
            yield from _wrapped(claim.because, "      ")
    yield "Files"
    for path in _files(protocol):
        yield f"  {near(path)}"


def _files(protocol: Protocol) -> Iterator[Path]:
    """What there is of a protocol; its cfgs are told by the claims."""
    from pyspec.campaign.files import implementation_files
    from pyspec.catalog import data_folder

    for path in sorted(protocol.folder.iterdir()):
        if path.suffix in {".tla", ".md", ".toml"}:
            yield path
    yield from implementation_files(protocol)
    if protocol.traces.is_dir():
        yield protocol.traces
    real = data_folder("traces") / "real"
    if real.is_dir() and _is_recorded(protocol):
        yield real


def _is_recorded(protocol: Protocol) -> bool:
    from pyspec.campaign.recordings import recordings

    return bool(recordings(protocol.slug))


def _expected(claim: Claim) -> str:
    if claim.property is None:
        states = f", {claim.distinct:,} distinct states" if claim.distinct else ""
        return f"{claim.says.value}{states}"
    return f"{claim.says.value} {claim.property} ({claim.kind})"


def _wrapped(text: str, indent: str = "", hanging: int = 0) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text if hanging else " ".join(text.split()),
        width=79,
        initial_indent=indent,
        subsequent_indent=indent + " " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
