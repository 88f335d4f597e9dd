"""Whatever goes wrong: one clear message, the right exit code, nothing left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from pyspec.errors import Exit

GOOD = r"""---- MODULE Good ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x < 3 /\ x' = x + 1
Spec == Init /\ [][Next]_x
Small == x < 9
====
"""
ENDLESS = GOOD.replace("Good", "Endless").replace("x < 3 /\\ ", "")
THREE_ERRORS = r"""---- MODULE Three ----
EXTENDS Naturals
VARIABLE x
Init == x = = 0
Other == x + ) 3
Next == x' = x + 1 /\
====
"""
CFG = "SPECIFICATION Spec\nINVARIANT Small\nCHECK_DEADLOCK FALSE\n"


@dataclass(frozen=True)
class Ran:
    """What a run of the command line left."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Shell:
    """Runs `pyspec` as a user would, with a temp folder of its own."""

    folder: Path
    temp: Path

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        return {**kept, "TMPDIR": str(self.temp), "NO_COLOR": "1", **extra}

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, *arguments: object, **extra: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "pyspec", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(**extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object, **extra: str) -> Ran:
        child = self.start(*arguments, **extra)
        out, err = child.communicate(timeout=120)
        return Ran(child.returncode, out, err)

    def left(self) -> list[str]:
        """Return what stands in the temp folder; Java's own counters are not ours."""
        return [x.name for x in self.temp.iterdir() if "hsperfdata" not in x.name]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder, temp = tmp_path / "work", tmp_path / "temp"
    folder.mkdir()
    temp.mkdir()
    return Shell(folder, temp)


@pytest.fixture
def good(shell: Shell) -> Path:
    shell.write("Good.cfg", CFG)
    return shell.write("Good.tla", GOOD)


def check_told(shell: Shell, ran: Ran, code: Exit, *words: str) -> None:
    """The exit code, every word, no traceback, and an empty temp folder."""
    assert ran.code == code, ran.text
    for word in words:
        assert word in ran.text, ran.text
    assert "Traceback" not in ran.text
    assert "\tat " not in ran.text, "a Java stack trace reached the user"
    assert shell.left() == []


pytestmark = pytest.mark.java


def test_a_good_model_is_fine(shell: Shell, good: Path) -> None:
    check_told(shell, shell.run("check", good), Exit.FINE, "4 distinct states")


def test_a_missing_module(shell: Shell) -> None:
    ran = shell.run("check", "Nowhere.tla")
    check_told(shell, ran, Exit.MISTAKE, "Nowhere.tla", "does not exist")


def test_a_missing_cfg(shell: Shell, good: Path) -> None:
    ran = shell.run("check", good, "--config", "Nowhere.cfg")
    check_told(shell, ran, Exit.MISTAKE, "Nowhere.cfg")


def test_a_broken_cfg(shell: Shell, good: Path) -> None:
    broken = shell.write("Broken.cfg", "SPECIFICATION Spec\nINVARIANT = Small\n")
    ran = shell.run("check", good, "--config", broken)
    check_told(shell, ran, Exit.MISTAKE, "Broken.cfg:2:11", "expected")


def test_three_syntax_errors_are_all_told(shell: Shell) -> None:
    shell.write("Three.cfg", "INIT Init\nNEXT Next\n")
    ran = shell.run("check", shell.write("Three.tla", THREE_ERRORS))
    check_told(
        shell,
        ran,
        Exit.MISTAKE,
        "Three.tla:4:",
        "Three.tla:5:",
        "Three.tla:7:",
    )


def test_a_property_that_does_not_exist(shell: Shell, good: Path) -> None:
    config = shell.write("Good2.cfg", CFG.replace("Small", "Tiny"))
    ran = shell.run("check", good, "--config", config)
    check_told(shell, ran, Exit.MISTAKE, "Tiny", "Good2.cfg:2")


def test_tlc_killed_from_outside(shell: Shell) -> None:
    shell.write("Endless.cfg", "SPECIFICATION Spec\n")
    child = shell.start("check", shell.write("Endless.tla", ENDLESS))
    _java_below(child.pid).send_signal(signal.SIGKILL)
    out, err = child.communicate(timeout=60)
    check_told(shell, Ran(child.returncode, out, err), Exit.ENVIRONMENT, "killed")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_no_process_and_no_folder(
    shell: Shell,
    signum: signal.Signals,
) -> None:
    shell.write("Endless.cfg", "SPECIFICATION Spec\n")
    child = shell.start("check", shell.write("Endless.tla", ENDLESS))
    java = _java_below(child.pid)
    child.send_signal(signum)
    out, err = child.communicate(timeout=60)
    check_told(shell, Ran(child.returncode, out, err), Exit.INTERRUPTED, "interrupted")
    assert not java.is_running()


def _java_below(pid: int) -> psutil.Process:
    """Wait until TLC searches: it has a metadir then."""
    for _ in range(600):
        for process in psutil.Process(pid).children(recursive=True):
            try:
                if any("TLC" in part for part in process.cmdline()):
                    time.sleep(1.5)
                    return process
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.05)
    raise AssertionError("no TLC was started")


def test_a_spec_that_never_ends(shell: Shell) -> None:
    shell.write("Endless.cfg", "SPECIFICATION Spec\n")
    spec = shell.write("Endless.tla", ENDLESS)
    ran = shell.run("check", spec, "--timeout", "3s")
    check_told(shell, ran, Exit.UNDECIDED, "time limit")


def test_no_java(shell: Shell, good: Path) -> None:
    ran = shell.run("check", good, "--java", "/nowhere/java")
    check_told(shell, ran, Exit.ENVIRONMENT, "/nowhere/java")


def test_a_java_home_that_is_broken_is_named(shell: Shell, good: Path) -> None:
    ran = shell.run("check", good, JAVA_HOME="/nowhere")
    check_told(shell, ran, Exit.ENVIRONMENT, "/nowhere", "JAVA_HOME")


def test_a_jar_that_is_not_a_jar(shell: Shell, good: Path) -> None:
    jar = shell.write("tla2tools.jar", "this is no jar")
    ran = shell.run("check", good, "--jar", jar)
    check_told(shell, ran, Exit.ENVIRONMENT, str(jar))


def test_a_full_disk(shell: Shell) -> None:
    """A temp folder of 3 MB, which TLC's states fill in seconds."""
    unshare = shutil.which("unshare")
    assert unshare, "util-linux has it"
    shell.write("Endless.cfg", "SPECIFICATION Spec\n")
    big = "x' \\in {[i \\in 1..400 |-> 1000 * n + i] : n \\in 1..50000}"
    spec = shell.write(
        "Endless.tla",
        ENDLESS.replace("x' = x + 1", big).replace(
            "x = 0", "x = [i \\in 1..400 |-> i]"
        ),
    )
    script = (
        f'mount -t tmpfs -o size=3M tmpfs "{shell.temp}" && '
        f'"{sys.executable}" -m pyspec check "{spec}" --timeout 100s; code=$?; '
        f'ls "{shell.temp}" | grep -v hsperfdata; exit $code'
    )
    done = subprocess.run(
        [unshare, "-Urm", "sh", "-c", script],
        cwd=shell.folder,
        env=shell.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    ran = Ran(done.returncode, done.stdout, done.stderr)
    check_told(shell, ran, Exit.ENVIRONMENT, "disk")
    assert "pyspec-" not in ran.out


TRACE = """---- TRACE Good ----
1 Next /\\ x' = 1
2 Next /\\ x' = 2
"""


def test_a_trace_cut_in_mid_line_loses_that_line_alone(
    shell: Shell,
    good: Path,
) -> None:
    trace = shell.write("cut.trace", TRACE + "3 Next /\\ x' = [a |")
    ran = shell.run("replay", trace, "--spec", good)
    check_told(shell, ran, Exit.FINE, "conforms (2 events)", "cut.trace")
    assert "line 4" in ran.err or ":4" in ran.err


def test_a_trace_broken_in_the_middle(shell: Shell, good: Path) -> None:
    trace = shell.write("broken.trace", TRACE.replace("1 Next", "1 Next ("))
    ran = shell.run("replay", trace, "--spec", good)
    check_told(shell, ran, Exit.MISTAKE, "broken.trace:2")


def test_a_line_of_100_mb_is_refused_without_reading_it(
    shell: Shell,
    good: Path,
) -> None:
    trace = shell.write("long.trace", TRACE)
    with trace.open("a", encoding="utf-8") as file:
        for _ in range(100):
            file.write("x" * (1 << 20))
    ran = shell.run("replay", trace, "--spec", good)
    check_told(shell, ran, Exit.MISTAKE, "long.trace:4")


def test_a_missing_trace_is_not_a_rejection(shell: Shell, good: Path) -> None:
    ran = shell.run("replay", "nowhere.trace", "--spec", good)
    check_told(shell, ran, Exit.MISTAKE, "nowhere.trace")


def test_a_broken_trace_costs_the_others_nothing(shell: Shell, good: Path) -> None:
    fine = shell.write("fine.trace", TRACE)
    bad = shell.write("bad.trace", TRACE.replace("Next", "Nixt"))
    wrong = shell.write("wrong.trace", TRACE.replace("x' = 2", "x' = 5"))
    ran = shell.run("replay", fine, bad, wrong, "--spec", good, "--json")
    assert ran.code == Exit.MISTAKE
    rows = json.loads(ran.out)["traces"]
    assert {Path(row["file"]).name: row["verdict"] for row in rows} == {
        "fine.trace": "conforms",
        "wrong.trace": "rejected",
        "bad.trace": "malformed",
    }


def test_a_slug_that_does_not_exist(shell: Shell) -> None:
    ran = shell.run("verify", "two_phase_comit")
    check_told(shell, ran, Exit.MISTAKE, "Did you mean two_phase_commit?")


def test_a_command_that_does_not_exist(shell: Shell) -> None:
    ran = shell.run("chekc")
    check_told(shell, ran, Exit.MISTAKE, "'check'")


def test_an_override_that_mentions_what_it_overrides(shell: Shell) -> None:
    spec = shell.write(
        "Good.tla",
        GOOD.replace("====", "Wrong == Small /\\ x < 8\n===="),
    )
    config = shell.write("Good.cfg", CFG + "CONSTANT Small <- Wrong\n")
    ran = shell.run("check", spec, "--config", config)
    check_told(shell, ran, Exit.MISTAKE, "Wrong", "Small")


def test_liveness_under_a_constraint_is_warned_of(shell: Shell) -> None:
    spec = shell.write(
        "Good.tla",
        GOOD.replace("====", "Ends == <>(x = 3)\nBound == x < 2\n===="),
    )
    config = shell.write("Good.cfg", CFG + "PROPERTY Ends\nCONSTRAINT Bound\n")
    ran = shell.run("check", spec, "--config", config)
    assert "CONSTRAINT" in ran.err
