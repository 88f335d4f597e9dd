"""QuietTLC: TLC as ever, but for the open port."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil
import pytest

from pyspec.errors import Unavailable
from pyspec.tla2tools import quiet
from pyspec.tla2tools.process import (
    REAP,
    Finished,
    JvmOptions,
    Size,
    Workspace,
    run_java,
)
from pyspec.tla2tools.toolchain import Toolchain, find_toolchain

SPEC = """\
---- MODULE Count ----
EXTENDS Integers
VARIABLE x
Init == x = 0
Up == x < 9 /\\ x' = x + 1
Down == x > 0 /\\ x' = x - 1
Spec == Init /\\ [][Up \\/ Down]_x /\\ WF_x(Up)
Slow == x \\in 0..9
Small == x < 4
Never == <>(x = 99)
Endless == x < 100000000 /\\ \\E i \\in 1..9 : x' = 10 * x + i
Open == Init /\\ [][Endless]_x
====
"""


@pytest.fixture
def toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toolchain:
    temp = tmp_path / "témp"
    temp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    monkeypatch.setenv("PYSPEC_AOT", "off")
    try:
        return find_toolchain()
    except Unavailable as missing:
        pytest.skip(missing.message)


@pytest.fixture
def without_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "JAR", Path("/nowhere/quiet.jar"))


def check(
    toolchain: Toolchain,
    config: str,
    *more: str,
    spec: str = SPEC,
    keep: Path | None = None,
    until: str = "no such line",
) -> tuple[Finished, list[str], list[int]]:
    """Run TLC; give how it ended, what it said, and the ports it listened on."""
    lines: list[str] = []
    ports: list[int] = []

    def listen(line: str) -> object:
        lines.append(line)
        if until in line:
            ports.extend(listening())
            return REAP
        return None

    with Workspace(keep=keep) as workspace:
        (workspace.path / "Count.tla").write_text(spec, encoding="utf-8")
        (workspace.path / "Count.cfg").write_text(config, encoding="utf-8")
        finished = run_java(
            toolchain,
            quiet.TLC_MAIN,
            [*ARGUMENTS, "-metadir", str(workspace.meta), *more, "Count"],
            workspace=workspace,
            cwd=workspace.path,
            on_line=listen,
            jvm=JvmOptions(size=Size.SMALL),
            timeout_s=150,
            linger_s=0.0,
        )
    return finished, lines, ports


def listening() -> list[int]:
    return [
        connection.laddr.port
        for child in psutil.Process().children(recursive=True)
        for connection in child.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


OPEN = "SPECIFICATION Open"
ARGUMENTS = ("-tool", "-deadlock", "-fp", "0", "-config", "Count.cfg")
CASES = {
    "SPECIFICATION Spec\nINVARIANT Slow": 0,
    "SPECIFICATION Spec\nINVARIANT Small": 12,
    "SPECIFICATION Spec\nPROPERTY Never": 13,
}


@pytest.mark.java
@pytest.mark.parametrize("config", CASES)
def test_verdicts_are_tlcs_own(toolchain: Toolchain, config: str) -> None:
    finished, lines, _ = check(toolchain, config)
    assert finished.returncode == CASES[config]
    assert finished.ended == "exit"
    assert "@!@!@ENDMSG 2186 @!@!@" in lines


@pytest.mark.java
def test_parse_error_is_still_one(toolchain: Toolchain) -> None:
    broken = SPEC.replace("x = 0", "x = = 0")
    finished, _, _ = check(toolchain, "SPECIFICATION Spec", spec=broken)
    assert finished.returncode == 150


@pytest.mark.java
def test_no_port_is_open_while_tlc_runs(toolchain: Toolchain) -> None:
    _, lines, ports = check(toolchain, OPEN, until="Progress(")
    assert any("Progress(" in line for line in lines)
    assert ports == []


@pytest.mark.java
@pytest.mark.usefixtures("without_quiet")
def test_port_is_open_without_quiet_tlc(toolchain: Toolchain) -> None:
    _, _, ports = check(toolchain, OPEN, until="Progress(")
    assert len(ports) == 1, "or the test above could not fail"


@pytest.mark.java
@pytest.mark.usefixtures("without_quiet")
def test_missing_jar_means_plain_tlc(toolchain: Toolchain) -> None:
    finished, _, _ = check(toolchain, "SPECIFICATION Spec\nINVARIANT Small")
    assert finished.returncode == 12


@pytest.mark.java
def test_class_that_does_not_load_means_plain_tlc(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet, "QUIET_MAIN", "pyspec.NoSuchClass")
    finished, _, _ = check(toolchain, "SPECIFICATION Spec\nINVARIANT Small")
    assert finished.returncode == 12


@pytest.mark.parametrize("content", [b"", b"no jar", None])
def test_damaged_jar_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    jar = tmp_path / "quiet.jar"
    if content is None:
        good = quiet.JAR.read_bytes()
        jar.write_bytes(good.replace(b"no connections", b"xx xxxxxxxxxxx"))
    else:
        jar.write_bytes(content)
    monkeypatch.setattr(quiet, "JAR", jar)
    assert quiet.quiet_jar() is None


def test_shipped_jar_is_whole() -> None:
    assert quiet.quiet_jar() == quiet.JAR


@pytest.mark.java
def test_shipped_jar_is_made_from_the_source(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    javac = shutil.which("javac")
    if javac is None:
        pytest.skip("no javac on PATH (Debian: default-jdk-headless)")
    said = subprocess.run([javac, "-version"], capture_output=True, check=True)
    if not (said.stdout + said.stderr).startswith(b"javac 17."):
        pytest.skip("the shipped class was compiled by javac 17; others differ")
    quiet.build(javac, toolchain.jar.path, tmp_path / "again.jar")
    assert (tmp_path / "again.jar").read_bytes() == quiet.JAR.read_bytes()


@pytest.mark.java
@pytest.mark.nightly
def test_checkpoint_is_written_and_recovered(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    every_minute = ("-checkpoint", "1")
    check(toolchain, OPEN, *every_minute, keep=kept, until="ENDMSG 2196 ")
    [state] = [path for path in kept.iterdir() if path.is_dir()]
    recover = ("-recover", str(state))
    _, lines, _ = check(toolchain, OPEN, *recover, keep=kept, until="ENDMSG 2198 ")
    assert any(line.startswith("Recovery completed.") for line in lines)
