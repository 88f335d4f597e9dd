"""What somebody is told who sees pyspec for the first time, and goes astray."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec.cli import run
from pyspec.cli.cores import SCREEN, core_lines
from pyspec.conformance.minimize import Core
from pyspec.errors import Exit
from pyspec.report.check import behavior_lines
from pyspec.tla2tools.counterexample import Behavior
from pyspec.trace import parse_trace
from pyspec.trace.model import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    Told = Callable[..., tuple[str, str]]

ROOT = Path(__file__).parents[2]
ELSEWHERE = """
from refimpl.protocol import Protocol, Role
from refimpl.process import Process, ProcessId

PROTOCOL = Protocol(
    slug="lease",
    module="Lease",
    roles=(Role(name="server", ids=(ProcessId("s"),), make=Process),),
)
"""


@pytest.fixture
def told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Told:
    """Run a command in an empty folder, and return what it says."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str, code: int) -> tuple[str, str]:
        found = run([*arguments])
        out, err = capfd.readouterr()
        assert found == code, err
        return out, " ".join(err.split())

    return command


def _checkout(folder: Path) -> None:
    (folder / "pyspec").mkdir(parents=True)
    (folder / "pyspec" / "catalog.py").touch()


def test_a_protocol_of_another_checkout_is_verified_from_there(told: Told) -> None:
    _checkout(Path("my checkout"))
    arguments = ("--family", "locks", "--root", "my checkout")
    out, _ = told("new", "lease", *arguments, code=Exit.FINE)
    wanted = "Next: pip install -e 'my checkout' && pyspec verify lease"
    assert out.splitlines()[-1] == wanted


def test_a_protocol_of_the_checkout_that_one_stands_in_is_found(told: Told) -> None:
    _checkout(Path())
    told("new", "lease", "--family", "locks", "--root", ".", code=Exit.FINE)
    _, err = told("show", "lease", code=Exit.MISTAKE)
    assert "It is in specs/ here, and pyspec runs from " in err
    assert "pip install -e ." in err
    _, err = told("show", "leases", code=Exit.MISTAKE)
    assert "`pyspec list` shows them all." in err


@pytest.mark.parametrize("command", ["fuzz", "drive"])
def test_an_implementation_of_another_protocol_is_refused(
    told: Told, command: str
) -> None:
    Path("lease.py").write_text(ELSEWHERE, encoding="utf-8")
    asked = (command, "two_phase_commit", "--implementation", "lease.py")
    _, err = told(*asked, code=Exit.MISTAKE)
    assert "lease.py: this is not an implementation of the protocol" in err
    assert "expected module TwoPhaseCommit (two_phase_commit)" in err
    assert "found module Lease" in err


@pytest.mark.java
def test_a_file_that_there_is_not_needs_no_adapter(told: Told) -> None:
    _, err = told("replay", "run.ndjson", code=Exit.MISTAKE)
    assert "No such file" in err
    assert "--adapter" not in err


@pytest.mark.java
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("history.edn", "{:process 0, :f :read}"),
        ("jepsen.log", "INFO  jepsen.util - 0\t:invoke\t:write\t3\n"),
    ],
)
def test_a_history_without_the_option_for_it_is_told_of_it(
    told: Told, name: str, text: str
) -> None:
    Path(name).write_text(text, encoding="utf-8")
    _, err = told("replay", name, code=Exit.MISTAKE)
    assert "--history" in err


def _core(events: int) -> Core:
    text = "".join(f"{number} A\n" for number in range(1, events + 1))
    trace = parse_trace(f"---- TRACE Lease ----\n{text}")
    return Core(trace, Counter(), Counter(), minimal=True, trials=0, seconds=0)


def test_a_core_fits_on_a_screen_unless_all_of_it_is_asked_for() -> None:
    lines = [*core_lines(_core(200))]
    assert len(lines) == SCREEN + 2
    assert re.fullmatch(
        r" +\(\.\.\. \d+ lines more: --verbose, or -o FILE .*", lines[-1]
    )
    assert len([*core_lines(_core(200), verbose=True)]) > 200
    assert "more" not in "".join(core_lines(_core(20)))


@pytest.mark.java
def test_a_claim_that_a_limit_left_open_is_not_red(told: Told) -> None:
    claim = ("two_phase_commit", "--config", "MCTwoPhaseCommit")
    limited = ("--engine", "native", "--timeout", "1s")
    out, _ = told("check", *claim, *limited, code=Exit.UNDECIDED)
    assert out.startswith("??  MCTwoPhaseCommit.cfg  holds")


def test_one_long_path_does_not_push_the_values_away() -> None:
    long = "x" * 300
    states = ({"a": 1, "abc": 1, long: 1}, {"a": 2, "abc": 2, long: 2})
    behavior = Behavior(states=states, calls=(Call("Step", ()),))
    lines = [line.strip() for line in behavior_lines(behavior, {})]
    assert lines[-3:] == ["a    1 -> 2", "abc  1 -> 2", f"{long}  1 -> 2"]


@pytest.mark.java
def test_a_verdict_is_told_before_its_core_is_looked_for(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pyspec.conformance.minimize.minimize", interrupted)
    trace = ROOT / "traces/commit/two_phase_commit/forgetful_rm.trace"
    out, err = told("replay", str(trace), "--minimize", code=Exit.INTERRUPTED)
    assert "rejected at" in out
    assert "as expected" in out
    assert "interrupted; replay: minimizing" in err
