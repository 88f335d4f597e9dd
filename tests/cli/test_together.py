"""`pyspec replay --together`: logs of several processes as a user has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
LOGS = ROOT / "traces/logs/two_phase_commit"
SCHEMA = json.loads((ROOT / "docs/schemas/replay.schema.json").read_text("utf-8"))
COMMITTED: list[str | Path] = [
    str(LOGS / f"{name}.trace") for name in ("tm", "r1", "r2")
]


def replayed(
    files: Sequence[str | Path], capfd: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str, str]:
    code = run(["replay", "--together", *map(str, files), *options])
    said = capfd.readouterr()
    return code, said.out, said.err


def row(files: Sequence[str | Path], capfd: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 - JSON
    _, out, _ = replayed(files, capfd, "--json")
    data = json.loads(out)
    Draft202012Validator(SCHEMA).validate(data)
    return data["traces"][0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in LOGS.glob("*.trace"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), encoding="utf-8")
    return tmp_path


def changed(file: Path, old: str, new: str) -> Path:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def test_logs_that_fit_together_conform(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = replayed(COMMITTED, capfd)
    assert code == 0
    assert "tm, r1, r2 together: conforms" in out
    found = row(COMMITTED, capfd)
    assert found["verdict"] == "conforms"
    assert [each["matched"] for each in found["processes"]] == [7, 2, 4]
    assert len(found["order"]) == 13


def test_the_order_of_the_files_does_not_matter(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert replayed(COMMITTED[::-1], capfd)[0] == 0


def test_a_rejection_names_process_event_and_reason(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = changed(folder / "r2_forgets.trace", "EXPECT   rejected at 3\n", "")
    files = [*COMMITTED[:2], file]
    code, out, _ = replayed(files, capfd)
    assert code == 1
    assert "rejected at r2:3" in out
    assert "r2_forgets.trace:5: event 3 of r2 cannot happen" in out
    assert "tm 7 of 7, r1 2 of 2, r2 2 of 4" in out
    found = row(files, capfd)
    assert (found["verdict"], found["event"], found["line"]) == ("rejected", 3, 5)
    assert "observed rmState" in found["why"]
    assert found["file"] == str(file)


def test_messages_keep_an_order_from_matching(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without its name the vote could be an earlier one, which nobody crashed after."""
    changed(folder / "tm.trace", "5 @tm           ", "5 @tm recv=late ")
    file = changed(folder / "r1.trace", "2 @r1 recv=go1", "2 @r1 recv=go1 send=late")
    code, _, err = replayed([folder / "tm.trace", file, COMMITTED[2]], capfd)
    assert code == 2
    assert "comes before itself" in err


def test_what_was_expected_decides_the_exit_code(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    forgets = folder / "r2_forgets.trace"
    code, out, _ = replayed([*COMMITTED[:2], forgets], capfd)
    assert code == 0
    assert "as expected" in out
    changed(forgets, "rejected at 3", "rejected at 2")
    code, out, _ = replayed([*COMMITTED[:2], forgets], capfd)
    assert code == 1
    assert "expected rejected at 2, found rejected at r2:3" in out
    changed(forgets, "rejected at 2", "conforms")
    assert replayed([*COMMITTED[:2], forgets], capfd)[0] == 1


def test_what_no_initial_state_has_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    changed(folder / "r1.trace", "1 @r1", 'INIT /\\ tmState = "aborted"\n1 @r1')
    code, out, _ = replayed([COMMITTED[0], folder / "r1.trace"], capfd)
    assert code == 2  # r1's messages, but not r2's
    files = [COMMITTED[0], folder / "r1.trace", COMMITTED[2]]
    code, out, _ = replayed(files, capfd)
    assert code == 1
    assert "rejected at INIT" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "tlc"], "--engine tlc does not go with --together"),
        (["--minimize"], "--minimize does not go with --together"),
        (["--follow"], "--follow does not go with --together"),
    ],
)
def test_what_does_not_go_together_is_refused(
    options: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code, _, err = replayed(COMMITTED, capfd, *options)
    assert code == 2
    assert message in err


def test_mistakes_are_told_with_file_and_line(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = changed(folder / "r1.trace", "RMPrepare(r1)", "RMPrepares(r1)")
    code, _, err = replayed([COMMITTED[0], file, COMMITTED[2]], capfd)
    assert code == 2
    assert "r1.trace:3" in err
    assert "RMPrepares is not an action" in err
    code, _, err = replayed([COMMITTED[0], COMMITTED[0]], capfd)
    assert code == 2
    assert "given twice" in err
    code, _, err = replayed([folder / "none.trace"], capfd)
    assert code == 2
    assert "none.trace" in err


def test_processes_without_a_log_are_told(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = changed(folder / "tm.trace", "1 @tm", "1 @tm vc=[tm |-> 1, r9 |-> 2]")
    code, _, err = replayed([file, *COMMITTED[1:]], capfd)
    assert code == 0
    assert "clocks name processes that have no log: r9" in err
