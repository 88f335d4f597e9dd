"""The AOT cache: made once, by nobody's waiting, and never in the way."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest

from pyspec.errors import Unavailable
from pyspec.tla2tools.aot import AotCache
from pyspec.tla2tools.jar import Features, Jar
from pyspec.tla2tools.java import Java
from pyspec.tla2tools.process import Finished, Workspace, run_java
from pyspec.tla2tools.quiet import TLC_MAIN
from pyspec.tla2tools.toolchain import Toolchain, find_toolchain

if TYPE_CHECKING:
    from pathlib import Path

FAKE = """#!{python} -IS
import os, sys, time
for word in sys.argv:
    if word.startswith("-XX:AOTCacheOutput="):
        {how}
"""
WORKS = "open(word.partition('=')[2], 'wb').write(b'x' * 2**21)"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PYSPEC_AOT", raising=False)
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))


def fake(tmp_path: Path, how: str = WORKS, version: str = "25.0.2") -> AotCache:
    program = tmp_path / "java"
    program.write_text(FAKE.format(python=sys.executable, how=how), encoding="utf-8")
    program.chmod(0o755)
    major = int(version.split(".", maxsplit=1)[0])
    java = Java(program, version, major, "fake", "test")
    jar = Jar(tmp_path / "t.jar", "2.15", "", "test", Features())
    return AotCache(java, jar, tmp_path / "cache" / "aot")


def leftovers(cache: AotCache) -> list[str]:
    return sorted(p.suffix for p in cache.folder.iterdir() if p.suffix != ".lock")


def test_cache_is_made_and_found(tmp_path: Path) -> None:
    cache = fake(tmp_path)
    assert cache.ready() is None
    assert "will be made" in cache.state()
    assert cache.train() is None
    assert cache.ready() == cache.file
    assert "ready" in cache.state()
    assert leftovers(cache) == [".aot"]


def test_cache_belongs_to_one_java_and_one_jar(tmp_path: Path) -> None:
    cache = fake(tmp_path)
    names = {cache.file}
    names.add(replace(cache, java=replace(cache.java, version="25.0.3")).file)
    names.add(replace(cache, jar=replace(cache.jar, path=tmp_path / "o.jar")).file)
    cache.jar.path.write_bytes(b"1")
    names.add(cache.file)
    os.utime(cache.jar.path, (5, 5))
    names.add(cache.file)
    assert len(names) == 5


@pytest.mark.parametrize("version", ["11.0.2", "17.0.15", "24.0.1"])
def test_older_java_does_without(tmp_path: Path, version: str) -> None:
    cache = fake(tmp_path, version=version)
    assert "needs Java 25" in cache.state()
    assert not cache.train_later()
    assert not cache.folder.exists()


def test_switch_turns_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = fake(tmp_path)
    cache.train()
    monkeypatch.setenv("PYSPEC_AOT", "off")
    assert cache.ready() is None
    assert cache.state() == "switched off by PYSPEC_AOT"
    assert not cache.train_later()


@pytest.mark.parametrize(
    ("how", "complaint"),
    [
        ("sys.exit('no room')", "no room"),
        ("open(word.partition('=')[2], 'wb')", "code 0"),
        ("time.sleep(60)", "not done within"),
    ],
)
def test_failed_training_is_noted_and_not_tried_again(
    tmp_path: Path, how: str, complaint: str
) -> None:
    cache = fake(tmp_path, how)
    said = cache.train(timeout_s=0.5)
    assert said is not None
    assert complaint in said
    assert complaint in cache.state()
    assert cache.ready() is None
    assert not cache.train_later()
    assert leftovers(cache) == [".failed"]
    os.utime(cache.file.with_suffix(".failed"), (0, 0))
    assert "will be made" in cache.state(), "after a day it is"


def test_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    cache = fake(tmp_path)
    assert cache.train() is not None
    assert not cache.train_later()
    assert cache.ready() is None
    cache.cancel()
    cache.discard("nothing")


def test_full_disk_is_not_made_fuller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0)
    )
    assert not fake(tmp_path).train_later()


def test_two_trainings_at_once_are_both_fine(tmp_path: Path) -> None:
    cache = fake(tmp_path, f"time.sleep(0.2); {WORKS}")
    said: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: said.append(cache.train())) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [None, None]
    assert leftovers(cache) == [".aot"]


def test_somebody_elses_training_is_waited_out(tmp_path: Path) -> None:
    cache = fake(tmp_path)
    cache.folder.mkdir(parents=True)
    with cache._lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert cache.state() == "being made"
        assert not cache.train_later()
        cache.cancel()
    assert not cache.training()


def test_old_caches_are_removed(tmp_path: Path) -> None:
    cache = fake(tmp_path)
    cache.folder.mkdir(parents=True)
    for number in range(9):
        old = cache.folder / f"tlc-{number}.aot"
        old.write_bytes(b"")
        os.utime(old, (number, number))
    cache.train()
    assert len(list(cache.folder.glob("*.aot"))) == 4
    assert cache.ready() is not None


def real() -> Toolchain:
    try:
        toolchain = find_toolchain()
    except Unavailable as missing:
        pytest.skip(missing.message)
    if toolchain.aot.unusable():
        pytest.skip(f"the AOT cache {toolchain.aot.unusable()}")
    return toolchain


SPEC = """\
---- MODULE M ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = 1 - x
====
"""


def check(toolchain: Toolchain) -> Finished:
    with Workspace() as workspace:
        (workspace.path / "M.tla").write_text(SPEC, encoding="utf-8")
        (workspace.path / "M.cfg").write_text("INIT Init\nNEXT Next", encoding="utf-8")
        lines: list[str] = []
        finished = run_java(
            toolchain,
            TLC_MAIN,
            ["-tool", "-metadir", str(workspace.meta), "M"],
            workspace=workspace,
            cwd=workspace.path,
            on_line=lines.append,
        )
    assert lines[0].startswith("@!@!@STARTMSG 2262")
    return finished


def family(toolchain: Toolchain) -> list[str]:
    """Return the command lines at work on this toolchain's cache."""
    found = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if str(toolchain.cache) in line and process.pid != os.getpid():
            found.append(line)
    return found


@pytest.mark.java
def test_first_run_has_the_cache_made_and_the_next_uses_it() -> None:
    toolchain = real()
    began = time.monotonic()
    assert check(toolchain).returncode == 0
    assert toolchain.aot.training(), "beside us"
    deadline = began + 60
    while toolchain.aot.training() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert toolchain.aot.ready() is not None
    assert leftovers(toolchain.aot) == [".aot"]
    quick = check(toolchain)
    assert (quick.returncode, quick.stderr) == (0, ""), "Java takes it, silently"
    assert family(toolchain) == []
    toolchain.aot.file.write_bytes(b"garbage")
    assert check(toolchain).returncode == 0
    assert toolchain.aot.ready() is None, "a cache that Java refuses is discarded"
    assert "failed" in toolchain.aot.state()


@pytest.mark.java
def test_cancelled_training_leaves_nothing() -> None:
    toolchain = real()
    assert toolchain.aot.train_later()
    time.sleep(0.5)
    assert family(toolchain) != []
    toolchain.aot.cancel()
    assert not toolchain.aot.training()
    assert family(toolchain) == []
    assert leftovers(toolchain.aot) == []
