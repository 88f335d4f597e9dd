"""Fetching the jar: by checksum, from a server of our own, and not at all."""

from __future__ import annotations

import errno
import hashlib
import http.server
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.errors import Mistake, Unavailable
from pyspec.tla2tools.fetch import fetch, fetched_jar

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = os.urandom(200_000)
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    """Sends CONTENT; /short less of it than it says; /slow nothing."""

    asked: list[str]

    def do_GET(self) -> None:
        """Answer as the path says."""
        self.asked.append(self.path)
        if self.path == "/missing":
            self.send_error(404)
            return
        if self.path == "/slow":
            threading.Event().wait(0.5)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:1000] if self.path == "/short" else CONTENT)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    handler = type("Handler", (Server,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.daemon_threads = False  # closing waits for the slow answer
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def files(cache: Path) -> list[str]:
    return [file.name for file in cache.rglob("*") if file.is_file()]


def test_jar_is_fetched_once(server: str, cache: Path) -> None:
    told: list[tuple[int, int | None]] = []
    path = fetch(f"{server}/jar", CHECKSUM, lambda d, t: told.append((d, t)))
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert fetched_jar(CHECKSUM) == path
    assert fetch("http://127.0.0.1:9/gone", CHECKSUM) == path
    assert files(cache) == ["tla2tools.jar"]


def test_address_comes_from_the_variable(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYSPEC_TLA2TOOLS_URL", f"{server}/jar")
    assert fetch(sha256=CHECKSUM).read_bytes() == CONTENT


def test_wrong_checksum_is_refused_and_removed(server: str, cache: Path) -> None:
    with pytest.raises(Unavailable, match="is not tla2tools") as error:
        fetch(f"{server}/jar")
    assert CHECKSUM in str(error.value)
    assert files(cache) == []


def test_damaged_cached_jar_is_fetched_again(server: str) -> None:
    path = fetch(f"{server}/jar", CHECKSUM)
    path.write_bytes(b"rotten")
    assert fetch(f"{server}/jar", CHECKSUM).read_bytes() == CONTENT


@pytest.mark.parametrize("path", ["missing", "short", "slow"])
def test_server_that_fails_leaves_nothing(server: str, cache: Path, path: str) -> None:
    with pytest.raises(Unavailable, match="could not be fetched") as error:
        fetch(f"{server}/{path}", CHECKSUM, timeout_s=0.2)
    assert "TLA2TOOLS_JAR" in str(error.value)
    assert files(cache) == []


def test_offline_says_what_to_do_by_hand(cache: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with pytest.raises(Unavailable, match="could not be fetched") as error:
            fetch(f"http://127.0.0.1:{port}/jar", CHECKSUM)
    assert str(cache) in str(error.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "no address"])
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(Mistake, match="no web address"):
        fetch(url, CHECKSUM)


def test_full_disk_is_the_environments_fault(
    server: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(self), None, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Unavailable, match="No space left on device"):
        fetch(f"{server}/jar", CHECKSUM)
    assert files(cache) == []
