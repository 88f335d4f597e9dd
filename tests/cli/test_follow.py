"""`pyspec replay --follow`: verdicts on traces that are still being written."""

from __future__ import annotations

import io
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.cli import run as command

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.java

TRACES = Path(__file__).parents[2] / "traces/commit/two_phase_commit"
GOOD = (TRACES / "no_faults.trace").read_bytes().splitlines(keepends=True)
BAD = (TRACES / "forgotten_promise.trace").read_bytes().splitlines(keepends=True)


def run(*arguments: str) -> int:
    return int(command(["replay", *arguments]))


def written(file: Path, *parts: Callable[[Any], object]) -> threading.Thread:
    """Write parts of a file in the background, with pauses between."""
    file.write_bytes(b"")

    def write() -> None:
        with file.open("ab") as opened:
            for part in parts:
                part(opened)
                opened.flush()
                time.sleep(0.2)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def adds(*lines: bytes) -> Callable[[Any], object]:
    return lambda opened: opened.write(b"".join(lines))


def test_a_growing_file_is_checked_to_its_end(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "grows.trace"
    first, second = GOOD[:12], b"".join(GOOD[12:])
    half = len(second) // 2  # in the middle of a line, whose rest comes later
    thread = written(file, adds(*first), adds(second[:half]), adds(second[half:]))
    assert run(str(file), "--follow") == 0
    thread.join()
    assert f"conforms ({sum(line[:1].isdigit() for line in GOOD)} events)" in (
        capfd.readouterr().out
    )


def test_a_rejection_is_told_before_the_file_ends(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "grows.trace"
    until = next(n for n, line in enumerate(BAD) if line.startswith(b"4 ")) + 1
    head = [line for line in BAD[:until] if not line.startswith(b"EXPECT")]
    thread = written(file, adds(*head))
    assert run(str(file), "--follow") == 1
    thread.join()
    out = capfd.readouterr().out
    assert "rejected at 4" in out
    assert 'the step gives  "prepared"' in out
    assert "3 of 4 events matched" in out


def test_a_torn_line_is_waited_for_and_then_left_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "torn.trace"
    whole = GOOD[: next(n for n, x in enumerate(GOOD) if x.startswith(b"2 ")) + 1]
    head = [line for line in whole if not line.startswith(b"EXPECT")]
    file.write_bytes(b"".join(head) + b"3 @r1 RMPre")
    assert run(str(file), "--follow", "--idle", "0.4") == 0
    assert "conforms (2 events)" in capfd.readouterr().out


def test_a_pipe_ends_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pipe = io.TextIOWrapper(io.BytesIO(b"".join(GOOD)))
    monkeypatch.setattr("sys.stdin", pipe)
    assert run("-", "--follow") == 0
    assert "-: conforms" in capfd.readouterr().out


def test_a_file_that_shrinks_is_malformed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cut.trace"
    thread = written(
        file, adds(*GOOD[:12]), lambda opened: os.truncate(opened.fileno(), 40)
    )
    assert run(str(file), "--follow") == 2
    thread.join()
    err = capfd.readouterr().err
    assert "has become shorter while it was followed" in err
    assert "cut.trace" in err


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([*GOOD[:12], b"nonsense\n"], "grows.trace:13"),
        ([*GOOD[:-2], b"1 RMPrepare(r1)\n"], "numbers of events must increase"),
        ([*GOOD[:-2], b"99 NoSuchAction\n"], "NoSuchAction is not an action"),
        ([*GOOD[:-2], b"99 RMPrepare(\xff)\n"], "this line is not UTF-8"),
        ([b"nothing of a trace\n"], "grows.trace:1"),
        ([], "this is no trace: it is empty"),
    ],
)
def test_what_is_malformed_is_told_with_its_line(
    lines: list[bytes],
    said: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "grows.trace"
    file.write_bytes(b"".join(lines))
    assert run(str(file), "--follow", "--idle", "0.3") == 2
    assert said in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["no.trace", "--follow"], "cannot be read"),
        (["a.trace", "b.trace", "--follow"], "--follow checks one trace"),
        (["a.trace", "--follow", "--engine", "tlc"], "--follow checks one trace"),
        (["a.trace", "--idle", "3"], "--idle is for a trace that grows"),
    ],
)
def test_what_cannot_be_followed_is_refused(
    options: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(*options) == 2
    assert said in capfd.readouterr().err


@pytest.mark.parametrize(
    ("end", "told", "code"),
    [
        ("END quiescent", "not judged: fairness", 0),
        ("LOOP 0", "whether a loop can be repeated", 3),
        ("END cut", "conforms (1 event)", 0),
    ],
)
def test_what_only_a_whole_trace_tells_is_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str, told: str, code: int
) -> None:
    file = tmp_path / "ends.trace"
    constants = "CONSTANT RM = {r1, r2}\n"
    events = (
        "1 TMSendPrepare(r1)\n2 LoseMessage(_)\n" if "LOOP" in end else "1 TMCrash\n"
    )
    file.write_text(f"---- TRACE TwoPhaseCommit ----\n{constants}{events}{end}\n====\n")
    assert run("--follow", str(file)) == code
    assert told in capsys.readouterr().out
