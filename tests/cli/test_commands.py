"""Commands as a user runs them: options, progress on a terminal, what is said."""

from __future__ import annotations

import importlib
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.cli import run
from pyspec.errors import Exit, Interrupted
from pyspec.report.progress import Reporter

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TWO_PHASE_COMMIT = ROOT / "specs" / "commit" / "two_phase_commit"

ENDLESS = r"""---- MODULE Endless ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = x + 1
Spec == Init /\ [][Next]_x
Small == x < 3
====
"""


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Endless.cfg").write_text("SPECIFICATION Spec\n", encoding="utf-8")
    small = "SPECIFICATION Spec\nINVARIANT Small\n"
    (tmp_path / "Small.cfg").write_text(small, encoding="utf-8")
    path = tmp_path / "Endless.tla"
    path.write_text(ENDLESS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("Endless.tla --depth 5", "--depth is for random behaviors"),
        ("Endless.tla --depth 9", "--depth is for random behaviors"),
        ("Endless.tla --simulate 5 --dump a.dot", "--dump is for a search"),
        ("Endless.tla --simulate 5 --checkpoint c", "--checkpoint is for a search"),
        ("Endless.tla --simulate 5 --recover .", "--recover is for a search"),
        ("Endless.tla --config A --config B --dump a.dot", "--dump is for one run"),
        ("Endless.tla --nightly", "--nightly is for a slug"),
        ("Endless.tla --dump a.txt", "ends with .dot"),
        ("Endless.tla --dump no/a.dot", "no such folder"),
        ("Endless.tla --recover .", "no checkpoint in this folder"),
        ("Endless.cfg", "this is a cfg"),
        ("Endless", "Did you mean Endless.tla?"),
        ("two_phase_commit --dump a.dot", "--dump is for one model"),
        ("two_phase_commit --simulate 5", "--simulate is for one model"),
        ("two_phase_commit --depth 5", "--depth is for one model"),
        ("two_phase_commit --deadlock", "its claims say whether"),
        ("two_phase_commit --no-deadlock", "its claims say whether"),
        (
            "two_phase_commit --nightly --config MCTwoPhaseCommit",
            "--nightly is for all claims",
        ),
        (
            "two_phase_commit --config MCTwoPhaseCommitHast",
            "Did you mean MCTwoPhaseCommitHasty.cfg",
        ),
        ("two_phase_commit --config Nothing", "pyspec show two_phase_commit"),
    ],
)
@pytest.mark.usefixtures("endless")
def test_an_option_without_effect_or_a_wrong_target_is_refused(
    arguments: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", *arguments.split()]) == Exit.MISTAKE
    assert words in capfd.readouterr().err


def test_a_missing_library_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    error = ModuleNotFoundError("No module named 'lark'", name="lark")
    monkeypatch.setattr(importlib, "import_module", _raiser(error))
    assert run(["list"]) == Exit.ENVIRONMENT
    assert "lark is not installed" in capfd.readouterr().err
    ours = ModuleNotFoundError("No module named 'pyspec.x'", name="pyspec.x")
    monkeypatch.setattr(importlib, "import_module", _raiser(ours))
    assert run(["list"]) == Exit.BUG


def _raiser(error: Exception) -> object:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_show_tells_where_all_files_are(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "two-phase-commit"]) == Exit.FINE
    out = capfd.readouterr().out
    for part in (
        "TwoPhaseCommit.tla",
        "refimpl/commit/two_phase_commit.py",
        "refimpl/commit/two_phase_commit_broken.py",
        "traces/commit/two_phase_commit",
        "traces/real",
    ):
        assert part in out
    section = out[out.index("Sources") : out.index("Claims")]
    assert max(map(len, section.splitlines())) <= 79


# ------------------------------------------------------------- progress


def test_progress_says_how_far_an_interrupted_work_got() -> None:
    reporter = Reporter(["a", "b", "c"], quiet=True)
    reporter.say(0, "3 states")
    reporter.done(0)
    reporter.say(1, "5 states")
    with pytest.raises(Interrupted, match="1 of 3 done; b: 5 states"), reporter:
        raise KeyboardInterrupt


def test_progress_on_a_terminal_shows_each_job_and_takes_it_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Reporter(["a", "b"]) as reporter:
        for text in ("1 states", "2 states"):
            reporter.say(0, text)
            reporter.say(1, text)
            assert reporter.bars is not None
            reporter.bars.refresh()
        assert reporter.bars is not None
        with reporter.paused():
            paused = reporter.bars.live.is_started
        assert (paused, reporter.bars.live.is_started) == (False, True)
        reporter.done(0)
        assert [task.description for task in reporter.bars.tasks] == ["b"]


def test_what_ends_at_once_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Reporter(["a"]) as reporter, reporter.paused():
        reporter.done(0)
    assert reporter.bars is None


@pytest.mark.java
def test_results_go_to_standard_output_though_a_terminal_shows_progress(
    endless: Path,
) -> None:
    """Standard error is a terminal, standard output a pipe."""
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "pyspec", "check", str(endless), "--timeout", "9s"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=slave,
        text=True,
    )
    os.close(slave)
    screen = b"".join(_read(master))
    out, _ = child.communicate(timeout=60)
    assert child.returncode == Exit.UNDECIDED, screen
    assert "time limit" in out
    assert b"time limit" not in screen
    assert b"Endless.cfg" in screen
    assert b"states" in screen


def _read(master: int) -> Iterator[bytes]:
    """Whatever comes until the other side is closed."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if select.select([master], [], [], 1)[0]:
            try:
                data = os.read(master, 65536)
            except OSError:
                break  # Linux says so at the end
            yield data
    os.close(master)


@pytest.mark.java
def test_a_config_may_be_named_without_its_ending(
    endless: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = run(["check", str(endless), "--config", "Small", "--config", "Small.cfg"])
    assert code == Exit.VIOLATION
    out = capfd.readouterr().out
    assert out.startswith("invariant Small is violated"), "the same cfg runs once"


@pytest.mark.java
def test_the_same_seed_walks_the_same_way(
    endless: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    walks = []
    for _ in range(2):
        run(["check", str(endless), "--simulate", "3", "--seed", "7", "--depth", "9"])
        walks.append(capfd.readouterr().out.splitlines()[:-1])
    assert walks[0] == walks[1]


@pytest.mark.java
def test_a_trace_of_an_unknown_module_costs_the_others_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lost = tmp_path / "lost.trace"
    lost.write_text("---- TRACE Nowhere ----\n1 Next\n====\n", encoding="utf-8")
    fine = ROOT / "traces/commit/two_phase_commit/no_faults.trace"
    assert run(["replay", str(lost), str(fine)]) == Exit.MISTAKE
    told = capfd.readouterr()
    assert f"{lost}:1:12: no protocol of the catalogue has a module Nowhere" in told.err
    assert "conforms (19 events)" in told.out
    assert "2 traces: 1 conform, 1 malformed; 1 of 1 expectations met" in told.out


@pytest.mark.java
def test_a_log_without_adapter_is_told_what_it_needs(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["replay", str(ROOT / "traces/real/pg_2pc_good.ndjson")]) == Exit.MISTAKE
    assert "--adapter" in capfd.readouterr().err
