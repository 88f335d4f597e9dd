"""Where the files of a protocol are, the implementation's among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import refimpl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.catalog import Protocol


def implementation_files(protocol: Protocol) -> Iterator[Path]:
    """Return the implementation and the broken ones, as far as they exist."""
    for folder in refimpl.__path__:
        for name in (protocol.slug, f"{protocol.slug}_broken"):
            path = Path(folder, protocol.family, f"{name}.py")
            if path.exists():
                yield path
