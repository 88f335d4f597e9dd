"""Where pyspec keeps what it may lose: versions read, a fetched jar, AOT caches.

Nothing here is needed twice: a cache that cannot be written costs time, and
never an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import time
from typing import TYPE_CHECKING

from pyspec.kept import cache_folder, replacing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["cache_folder", "identity", "remember", "replacing", "sweep"]

Memo = dict[str, str]


def remember(kind: str, files: list[Path], compute: Callable[[], Memo]) -> Memo:
    """Return what `compute` said about `files` the last time, or ask it now.

    The answer holds as long as path, size and time of change of every file do.
    Errors of `compute` pass through and are not kept.
    """
    key = digest([kind, *(identity(file) for file in files)])
    place = cache_folder() / "known" / f"{kind}-{key}.json"
    known = _read(place)
    if known is None:
        known = compute()
        _write(place, known)
    return known


def identity(file: Path) -> str:
    """Return what changes when the file does: path, size, time of change."""
    try:
        status = file.stat()
    except OSError:
        return f"{file}|absent"
    return f"{file}|{status.st_size}|{status.st_mtime_ns}"


def digest(parts: list[str]) -> str:
    """Return a short name for `parts`, different for different ones."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def sweep(folder: Path, older_than_s: float = 3600) -> None:
    """Remove temporary files and folders that a killed process left in `folder`."""
    with contextlib.suppress(OSError):
        for part in folder.glob(".*.part*"):
            if part.stat().st_mtime < time.time() - older_than_s:
                _remove(part)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


def _read(place: Path) -> Memo | None:
    try:
        known = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if isinstance(known, dict) and all(isinstance(v, str) for v in known.values()):
        return known
    return None


def _write(place: Path, known: Memo) -> None:
    with contextlib.suppress(OSError), replacing(place) as part:
        part.write_text(json.dumps(known), encoding="utf-8")
