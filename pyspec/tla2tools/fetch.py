"""Fetching tla2tools.jar, only when asked to, and only by its checksum."""

from __future__ import annotations

import hashlib
import http.client
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, BinaryIO, Protocol

from pyspec.errors import Mistake, Unavailable
from pyspec.tla2tools.cache import replacing, sweep
from pyspec.tla2tools.fetched import SHA256, fetched_jar, place_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["DEFAULT_URL", "SHA256", "VERSION", "fetch", "fetched_jar"]

VERSION = "1.7.4"
DEFAULT_URL = (
    "https://github.com/tlaplus/tlaplus/releases/download/v1.7.4/tla2tools.jar"
)
_NETWORK = (
    urllib.error.URLError,
    http.client.HTTPException,
    ssl.SSLError,
    ConnectionError,
    TimeoutError,
)
_CHUNK_BYTES = 1 << 16
_LARGEST_BYTES = 200 << 20


class Progress(Protocol):
    """Told how many bytes have come, and of how many if the server said so."""

    def __call__(self, done_bytes: int, total_bytes: int | None, /) -> None: ...


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def fetch(
    url: str | None = None,
    sha256: str = SHA256,
    progress: Progress | None = None,
    timeout_s: float = 30,
) -> Path:
    """Return the cached jar with this checksum, downloading it if needed.

    `url` is by default `$PYSPEC_TLA2TOOLS_URL` or the release on GitHub;
    `timeout_s` is the longest silence borne.  Raises Unavailable if it cannot
    be had (offline, wrong checksum, disk full), saying what to do by hand.
    """
    target = place_of(sha256)
    if target.is_file() and _checksum(target) == sha256:
        return target
    url = url or os.environ.get("PYSPEC_TLA2TOOLS_URL") or DEFAULT_URL
    _refuse_other_schemes(url)
    sweep(target.parent)
    try:
        with replacing(target) as part:
            found = _download(url, part, progress, timeout_s)
            if found != sha256:
                raise _wrong_checksum(url, sha256, found)
    except _NETWORK as error:
        raise _offline(url, target, error) from error
    except OSError as error:
        raise _not_written(target, error) from error
    return target


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_other_schemes(url: str) -> None:
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise Mistake(
            "the address of tla2tools.jar is no web address",
            expected="http://… or https://…",
            found=url,
            hint="for a file, set TLA2TOOLS_JAR to its path instead",
        )


def _download(url: str, part: Path, progress: Progress | None, timeout_s: float) -> str:
    """Write what `url` serves to `part` and return its checksum."""
    request = urllib.request.Request(url, headers={"User-Agent": "pyspec"})  # noqa: S310 - fetch checked the scheme
    checksum = hashlib.sha256()
    with (
        urllib.request.urlopen(request, timeout=timeout_s) as answer,  # noqa: S310 - as above
        part.open("wb") as file,
    ):
        total = answer.headers.get("Content-Length", "")
        expected = int(total) if total.isdecimal() else None
        done = _copy(answer.read, file, checksum, expected, progress)
    if expected is not None and done < expected:
        raise http.client.IncompleteRead(b"", expected - done)
    return checksum.hexdigest()


def _copy(
    read: Callable[[int], bytes],
    file: BinaryIO,
    checksum: _Hash,
    expected: int | None,
    progress: Progress | None,
) -> int:
    done = 0
    while chunk := read(_CHUNK_BYTES):
        file.write(chunk)
        checksum.update(chunk)
        done += len(chunk)
        if done > _LARGEST_BYTES:
            raise http.client.HTTPException(f"more than {_LARGEST_BYTES} bytes")
        if progress is not None:
            progress(done, expected)
    return done


def _wrong_checksum(url: str, expected: str, found: str) -> Unavailable:
    return Unavailable(
        f"what {url} sent is not tla2tools {VERSION}; it was thrown away",
        expected=f"sha256 {expected}",
        found=f"sha256 {found}",
        hint="try again, or get the jar yourself and set TLA2TOOLS_JAR to its path",
    )


def _offline(url: str, target: Path, error: Exception) -> Unavailable:
    if isinstance(error, urllib.error.HTTPError):
        error.close()  # it holds the connection
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return Unavailable(
        f"tla2tools.jar could not be fetched: {reason or type(error).__name__}",
        hint=f"get {url} by other means and put it at {target}, "
        "or set TLA2TOOLS_JAR to its path",
    )


def _not_written(target: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"tla2tools.jar could not be stored: {error.strerror or error}",
        file=target,
        hint="free some space, or set PYSPEC_CACHE to a folder that can be written",
    )
