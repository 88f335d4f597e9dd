"""`pyspec fuzz`: what it finds is kept, told, and found again; whatever happens."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run
from pyspec.trace import read_trace

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.java

ROOT: Final = Path(__file__).parents[2]
SLUG: Final = "two_phase_commit"
SCHEMA: Final = Draft202012Validator(
    json.loads((ROOT / "docs/schemas/fuzz.schema.json").read_text(encoding="utf-8"))
)
PREPARING: Final = """
import itertools, os, signal, time
from refimpl.commit.two_phase_commit import ResourceManager, two_phase_commit

class Odd(ResourceManager):
    def prepare(self):
        BODY

PROTOCOL = two_phase_commit(rm_class=Odd)
"""


def pyspec(
    *arguments: object, cwd: Path, hash_seed: str = "0"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pyspec", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def fuzzed(*arguments: object, cwd: Path, hash_seed: str = "0") -> dict[str, Any]:
    words = ["fuzz", SLUG, "--jobs", 1, "--json", *arguments]
    done = pyspec(*words, cwd=cwd, hash_seed=hash_seed)
    assert done.stdout, done.stderr
    data: dict[str, Any] = json.loads(done.stdout)
    assert not [*SCHEMA.iter_errors(data)]
    assert done.returncode == (1 if data["findings"] else 0), done.stderr
    return data


# ------------------------------------------------------------ findings


def test_a_finding_is_stored_told_and_found_again(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = pyspec("fuzz", SLUG, "--broken", "hasty_tm", "--jobs", 1, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "takes a step that the spec does not" in done.stdout
    assert "tmPrepared = RM   is false" in done.stdout
    assert "none of which can be left out" in done.stdout
    again, take = _commands(done.stdout)
    folder = tmp_path / "fuzz-findings" / SLUG / "hasty_tm"
    (small,) = folder.glob("*.small.trace")
    assert run(["replay", str(small)]) == 0
    assert "as expected" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    assert run(take[1:]) == 0
    taken = capsys.readouterr().out.splitlines()
    text = small.read_text(encoding="utf-8").splitlines()
    assert [line for line in text if "EXPECT" not in line] == taken
    assert run([*again[1:], "--json", "--no-shrink"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["where"] == "TMCommit"
    assert read_trace(Path(tmp_path, found["trace"])).expect is not None


def _commands(text: str) -> tuple[list[str], list[str]]:
    """The commands that show a finding again, and its small trace."""
    again = re.search(r"^  again +(pyspec .*)$", text, re.MULTILINE)
    take = re.search(r"^  take +(pyspec .*)$", text, re.MULTILINE)
    assert again
    assert take
    return shlex.split(again[1]), shlex.split(take[1])


def test_equal_seeds_run_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    found = []
    for hash_seed in ("1", "2"):
        data = fuzzed("--seeds", 6, cwd=tmp_path, hash_seed=hash_seed)
        del data["seconds"]
        found.append(data)
    assert found[0] == found[1]
    assert (data["verdict"], data["runs"], data["failed"]) == ("ok", 6, 0)
    assert sum(data["coverage"]["actions"].values()) <= data["events"]
    assert set(data["coverage"]["never"]) == {
        name for name, count in data["coverage"]["actions"].items() if not count
    }
    assert not (tmp_path / "fuzz-findings").exists()


@pytest.mark.nightly
def test_equal_seeds_find_the_same_whatever_the_hash_seed(tmp_path: Path) -> None:
    asked = ["--broken=counting_tm", "--first-seed=40", "--keep-going=2", "--no-shrink"]
    found = []
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        folder.mkdir()
        data = fuzzed(*asked, cwd=folder, hash_seed=hash_seed)
        del data["seconds"]
        traces = [Path(folder, each["trace"]) for each in data["findings"]]
        found.append((data, [trace.read_bytes() for trace in traces]))
    assert found[0] == found[1]
    assert found[0][0]["failed"] == 2


@pytest.mark.nightly
def test_several_jobs_find_it_too(tmp_path: Path) -> None:
    done = pyspec(
        "fuzz", SLUG, "--broken=amnesiac-rm", "--jobs=2", "--no-shrink", cwd=tmp_path
    )
    assert done.returncode == 1
    assert "RMRestart" in done.stdout
    assert len([*tmp_path.rglob("*.trace")]) >= 1


# ------------------------------------------------------------ odd implementations


NIGHTLY: Final = pytest.mark.nightly


@pytest.mark.parametrize(
    ("body", "what", "where", "why"),
    [
        pytest.param(
            'raise ValueError("no way")',
            "raised",
            "Odd.prepare",
            "ValueError: no way",
            id="raises",
        ),
        pytest.param(
            "while True: pass", "stuck", "Odd.prepare", "did not return", id="loops"
        ),
        pytest.param(
            "self.send(self.tm, None)",
            "raised",
            "a step",
            "None",
            id="sends nothing",
            marks=NIGHTLY,
        ),
        pytest.param(
            "os.kill(os.getpid(), signal.SIGKILL)",
            "died",
            "SIGKILL",
            "SIGKILL",
            id="dies",
            marks=NIGHTLY,
        ),
        pytest.param(
            "sum(itertools.count())",
            "stuck",
            "Odd.prepare",
            "did not return",
            id="loops in C",
            marks=NIGHTLY,
        ),
        pytest.param(
            "while True:\n            try: time.sleep(9)\n            except: pass",
            "stuck",
            "Odd.prepare",
            "did not return",
            id="catches all",
            marks=NIGHTLY,
        ),
    ],
)
def test_an_implementation_that_breaks_is_a_finding(
    body: str, what: str, where: str, why: str, tmp_path: Path
) -> None:
    code = tmp_path / "odd.py"
    code.write_text(PREPARING.replace("BODY", body), encoding="utf-8")
    asked = ("--implementation", code, "--handler-time", "0.2", "--faults", "none")
    data = fuzzed(*asked, "--seeds", 1, "--shrink-time", "5", cwd=tmp_path)
    (finding,) = data["findings"]
    assert (finding["what"], finding["seed"]) == (what, 0)
    assert where in finding["where"]
    assert why in finding["why"]
    if what in {"stuck", "raised"} and where != "a step":
        assert "odd.py:" in finding["where"]
    assert [*tmp_path.rglob("seed-0-*.json")]


@pytest.mark.nightly
def test_an_implementation_that_is_not_repeatable_is_told(tmp_path: Path) -> None:
    code = tmp_path / "odd.py"
    body = "if os.urandom(1) < b'\\x80': raise ValueError(os.urandom(8))"
    code.write_text(
        PREPARING.replace("BODY", f"{body}\n        super().prepare()"),
        encoding="utf-8",
    )
    asked = ("--implementation", code, "--seeds", 40)
    (finding,) = fuzzed(*asked, cwd=tmp_path)["findings"]
    assert finding["what"] == "raised"
    assert Path(tmp_path, finding["trace"]).exists()


# ------------------------------------------------------------ being killed


def _started(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    words = ["fuzz", SLUG, "--jobs", 1, *arguments]
    return subprocess.Popen(
        [sys.executable, "-m", "pyspec", *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _wait_for(found: Callable[[], object]) -> None:
    until = time.monotonic() + 120
    while not found():
        assert time.monotonic() < until
        time.sleep(0.02)


def _workers(parent: int) -> list[int]:
    """The processes that this one has started."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(each) for each in found]


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


SLOW: Final = """
import time
from refimpl.commit.two_phase_commit import TransactionManager, two_phase_commit
from refimpl.process import guard

class Slow(TransactionManager):
    def commit(self):
        guard(self.state == "init")
        guard(len(self.prepared) > 1)
        time.sleep(0.2)  # shrinking takes long
        self._decide("committed")

PROTOCOL = two_phase_commit(tm_class=Slow)
"""


def test_whoever_is_killed_while_shrinking_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slow.py").write_text(SLOW, encoding="utf-8")
    running = _started(tmp_path, "--implementation", "slow.py", "--keep-going", 1)
    folder = tmp_path / "fuzz-findings" / SLUG
    _wait_for(lambda: [*folder.glob("*.small.trace")] or running.poll() is not None)
    workers = _workers(running.pid)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    _wait_for(lambda: not any(map(_is_alive, workers)))
    for trace in folder.glob("*.trace"):
        assert run(["replay", str(trace)]) == 0
        assert "as expected" in capsys.readouterr().out
    names = [path.name for path in folder.iterdir() if path.name[0] != "."]
    assert len(names) == 6, "a trace, a schedule and facts, of both runs"


def test_ctrl_c_tells_what_was_done_and_leaves_no_process(tmp_path: Path) -> None:
    running = _started(tmp_path, "--time", "1h")
    _wait_for(lambda: _workers(running.pid) or running.poll() is not None)
    workers = _workers(running.pid)
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert re.search(r" runs?, ", out)
    assert "interrupted" in err
    assert "Traceback" not in err
    assert workers
    assert not any(map(_is_alive, workers))


# ------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["no_such_protocol"], "no_such_protocol"),
        ([SLUG, "--broken", "nobody"], "no broken implementation"),
        ([SLUG, "--seed", "1", "--seeds", "2"], "--seed is one run"),
        ([SLUG, "--seed", "1", "--time", "2s"], "--seed is one run"),
        ([SLUG, "--seeds", "0"], "0"),
        ([SLUG, "--jobs", "0"], "0"),
        ([SLUG, "--time", "soon"], "not a time"),
        ([SLUG, "--set", "losses=x"], "a whole number"),
        ([SLUG, "--implementation", "/nowhere.py"], "no such file"),
    ],
)
def test_a_bad_option_is_one_clear_error_of_fuzz(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["fuzz", *arguments]) == 2
    told = capsys.readouterr()
    assert expected in told.err
    assert "Traceback" not in told.err


@pytest.mark.nightly
def test_an_action_that_the_spec_does_not_have_is_a_mistake(tmp_path: Path) -> None:
    code = tmp_path / "odd.py"
    text = PREPARING.replace("BODY", "pass").replace(
        "    def prepare", '    @action("Elope(self.id)", on=Prepare)\n    def prepare'
    )
    imports = "from refimpl.process import action\n"
    imports += "from refimpl.commit.two_phase_commit import Prepare\n"
    code.write_text(imports + text, encoding="utf-8")
    done = pyspec("fuzz", SLUG, "--implementation", code, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert "Elope" in done.stderr
    assert "Traceback" not in done.stderr
