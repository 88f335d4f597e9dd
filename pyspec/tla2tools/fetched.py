"""Where the jar is that `fetch` brings; apart from it, as it needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.tla2tools.cache import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

SHA256 = "936a262061c914694dfd669a543be24573c45d5aa0ff20a8b96b23d01e050e88"


def fetched_jar(sha256: str = SHA256) -> Path | None:
    """Return where the fetched jar is; None if nothing was fetched."""
    place = place_of(sha256)
    return place if place.is_file() else None


def place_of(sha256: str) -> Path:
    """Return where the jar with this checksum belongs in the cache."""
    return cache_folder() / "jars" / sha256[:16] / "tla2tools.jar"
