"""`pyspec check --engine native`, as a user runs it, and when things go wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyspec.cli import run
from pyspec.errors import Exit

pytestmark = pytest.mark.java  # SANY, the first time that a module is seen
ROOT = Path(__file__).parents[2]

STEPS = r"""---- MODULE Steps ----
EXTENDS Naturals, TLC, FiniteSets
CONSTANT Most
ASSUME Most > 0
VARIABLE x
Init == x = 0
Step(n, name) == x + n <= Most /\ x' = x + n
Next == \E n \in {1, 2} : Step(n, "a")
Spec == Init /\ [][Next]_x
Small == x < 3
Says == PrintT(<<"x is", x>>)
Asserts == Assert(x < 3, "too large")
Wrong == IF x = 2 THEN x + "a" = 1 ELSE TRUE
RECURSIVE Down(_)
Down(n) == Down(n + 1) + 1
Endless == Down(x) = 0
Subsets == Cardinality({S \in SUBSET (1..26) : Cardinality(S) > 27}) = x
Triples == \A a, b, c \in 1..1000 : a + b + c > x
Pairs == {<<{a}, {b}>> : a \in 1..1000, b \in 1..1000} = {x}
Later == <>(x = 9)
====
"""
BEHAVIOR = "SPECIFICATION Spec\nCONSTANT Most = 4\nCHECK_DEADLOCK FALSE\n"


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "Steps.tla"
    path.write_text(STEPS, encoding="utf-8")
    (tmp_path / "Steps.cfg").write_text(BEHAVIOR, encoding="utf-8")
    for name in re.findall(r"^(\w+)(?=.*==)", STEPS, re.MULTILINE):
        text = f"{BEHAVIOR}INVARIANT {name}\n"
        (tmp_path / f"{name}.cfg").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def check(config: str, *options: str) -> int:
    arguments = ["check", "Steps.tla", "--engine", "native", "--config", config]
    return run([*arguments, *options])


@pytest.mark.usefixtures("steps")
def test_a_counterexample_shows_actions_with_their_arguments(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert check("Small") == Exit.VIOLATION
    out = capfd.readouterr().out
    assert out.startswith("invariant Small is violated after 2 steps  (Steps.tla:10)")
    assert '  2  Step(1, "a")  Steps.tla:7\n       x  0 -> 1\n' in out


@pytest.mark.usefixtures("steps")
def test_json_has_the_same_keys_as_for_tlc_and_the_arguments(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert check("Small", "--json") == Exit.VIOLATION
    found = json.loads(capfd.readouterr().out)
    assert (found["engine"], found["verdict"]) == ("native", "violated")
    assert (found["cause"], found["property"]) == ("invariant", "Small")
    first, second, _ = found["counterexample"]["states"]
    assert first["arguments"] is None
    assert second["action"] == "Step"
    assert second["arguments"] == [{"#bigint": "1"}, "a"]
    assert second["location"] == "Steps:7:1"


@pytest.mark.usefixtures("steps")
def test_what_the_spec_prints_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert check("Says") == Exit.FINE
    assert '<<"x is", 4>>' in capfd.readouterr().out


@pytest.mark.usefixtures("steps")
def test_a_failing_assert_is_a_violation_with_its_behavior(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert check("Asserts") == Exit.VIOLATION
    out = capfd.readouterr().out
    assert "too large" in out
    assert "x  1 -> 3" in out


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("Wrong", '"a"'),
        ("Endless", "recurs"),
        ("Nothing", "cannot be read"),
    ],
)
@pytest.mark.usefixtures("steps")
def test_an_error_in_the_spec_is_told_in_words(
    config: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert check(config) == Exit.MISTAKE
    told = capfd.readouterr()
    assert words in told.out + told.err
    assert "Traceback" not in told.out + told.err
    assert "pyspec.language" not in told.out + told.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("INIT Init\nCONSTANT Most = 4\n", "NEXT"),
        ("INIT Start\nNEXT Next\nCONSTANT Most = 4\n", "Start"),
        ("SPECIFICATION Spec\n", "Most"),
        ("SPECIFICATION Spec\nCONSTANT Most = 0\n", "assumption"),
        ("SPECIFICATION Spec\nCONSTANT Most = 4\nINVARIANT Nothing\n", "Nothing"),
        ("SPECIFICATION Spec\nSPECIFICATION Spec\n", "occurs twice"),
        ("SPECIFICATION Spec\nCONSTANT Most <- More\n", "More"),
    ],
)
def test_a_wrong_cfg_is_told_in_words(
    steps: Path, text: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    steps.with_name("Bad.cfg").write_text(text, encoding="utf-8")
    assert check("Bad") == Exit.MISTAKE
    told = capfd.readouterr()
    assert words in told.out + told.err
    assert "Traceback" not in told.out + told.err


def test_without_behavior_only_assumptions_are_checked(
    steps: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    steps.with_name("Only.cfg").write_text("CONSTANT Most = 1\n", encoding="utf-8")
    assert check("Only") == Exit.FINE
    assert "every ASSUME holds" in capfd.readouterr().out
    steps.with_name("Only.cfg").write_text("CONSTANT Most = 0\n", encoding="utf-8")
    assert check("Only") == Exit.MISTAKE


def test_a_property_is_judged_or_refused_and_never_left_out(steps: Path) -> None:
    text = f"{BEHAVIOR}PROPERTY Later\n"
    steps.with_name("Never.cfg").write_text(text, encoding="utf-8")
    assert check("Never") in {Exit.VIOLATION, Exit.MISTAKE}
    assert check("Never", "--simulate", "3") in {Exit.VIOLATION, Exit.MISTAKE}


def test_a_postcondition_is_refused_and_never_left_out(
    steps: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = f"{BEHAVIOR}POSTCONDITION Later\n"
    steps.with_name("After.cfg").write_text(text, encoding="utf-8")
    assert check("After") == Exit.MISTAKE
    told = capfd.readouterr()
    assert "does not evaluate POSTCONDITION Later" in told.out + told.err


@pytest.mark.usefixtures("steps")
def test_deadlock_is_checked_as_cfg_and_options_say(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert check("Steps") == Exit.FINE
    assert check("Steps", "--deadlock") == Exit.VIOLATION
    assert "deadlock: no action is enabled after 2 steps" in capfd.readouterr().out


@pytest.mark.usefixtures("steps")
def test_depth_first_finds_a_deep_state_first(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert check("Steps", "--deadlock", "--depth-first") == Exit.VIOLATION
    assert "after 3 steps" in capfd.readouterr().out


@pytest.mark.usefixtures("steps")
def test_the_same_seed_walks_the_same_way(capfd: pytest.CaptureFixture[str]) -> None:
    walks = []
    for _ in range(2):
        options = ("--simulate", "9", "--seed", "7", "--depth", "4", "--deadlock")
        assert check("Steps", *options) == Exit.VIOLATION
        walks.append(capfd.readouterr().out.rpartition(",")[0])
    assert walks[0] == walks[1]
    assert check("Steps", "--simulate", "9", "--depth", "2") == Exit.FINE
    assert "no violation in 9 random walks" in capfd.readouterr().out


IO = r"""---- MODULE Reads ----
EXTENDS Json
VARIABLE x
Init == x = JsonDeserialize("data.json")
Next == UNCHANGED x
====
"""


def test_a_spec_reads_files_only_if_it_may(
    steps: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    steps.with_name("Reads.tla").write_text(IO, encoding="utf-8")
    steps.with_name("Reads.cfg").write_text("INIT Init\nNEXT Next\n", encoding="utf-8")
    steps.with_name("data.json").write_text("[1, 2]", encoding="utf-8")
    asked = ["check", "Reads.tla", "--engine", "native"]
    assert run(asked) == Exit.MISTAKE
    told = capfd.readouterr()
    assert "--allow-io" in told.out + told.err
    assert run([*asked, "--allow-io"]) == Exit.FINE


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--engine native --workers 2", "--workers is TLC's"),
        ("--engine native -j 2", "--jobs is TLC's"),
        ("--engine native --coverage", "--coverage is TLC's"),
        ("--engine native --dump a.dot", "--dump is TLC's"),
        ("--engine native --checkpoint c", "--checkpoint is TLC's"),
        ("--engine tlc --depth-first", "--depth-first is for the native engine"),
        ("--allow-io", "--allow-io is for the native engine"),
        ("--engine both --simulate 3", "each engine on other ways"),
    ],
)
@pytest.mark.usefixtures("steps")
def test_an_option_of_the_other_engine_is_refused(
    options: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "Steps.tla", *options.split()]) == Exit.MISTAKE
    assert words in capfd.readouterr().err


# --------------------------------------------------- limits, interruption


@pytest.mark.parametrize("config", ["Subsets", "Triples"])
@pytest.mark.usefixtures("steps")
def test_the_time_limit_holds_inside_of_one_evaluation(
    config: str, capfd: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert check(config, "--timeout", "1s") == Exit.UNDECIDED
    assert time.monotonic() - began < 10
    assert "the limit of 1 s is up before a verdict" in capfd.readouterr().out


def command(*options: str) -> list[str]:
    asked = [sys.executable, "-m", "pyspec", "check", "Steps.tla", "--engine", "native"]
    return [*asked, *options]


MEASURED = """
import re, sys
from pathlib import Path
from pyspec.cli import run
code = run(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""


@pytest.mark.usefixtures("steps")
def test_the_memory_limit_holds_inside_of_one_evaluation() -> None:
    asked = command("--config", "Pairs", "--memory", "150M")[3:]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *asked],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == Exit.UNDECIDED, done.stderr
    *_, said, counts, peak_kb = done.stdout.splitlines()
    assert "MB" in said + counts
    assert int(peak_kb) / 1024 < 300


@pytest.mark.parametrize("config", ["Steps", "Triples"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_far_it_got(
    steps: Path, tmp_path: Path, config: str, number: signal.Signals
) -> None:
    text = steps.read_text().replace("x + n <= Most /\\ ", "")
    steps.write_text(text, encoding="utf-8")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    run(["check", "Steps.tla", "--engine", "native", "--timeout", "1s"])
    program = subprocess.Popen(
        command("--config", config),
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(2)
    program.send_signal(number)
    out, err = program.communicate(timeout=20)
    assert program.returncode == Exit.INTERRUPTED, err
    assert out == ""
    assert re.fullmatch(rf"pyspec: interrupted; {config}.cfg: .* distinct.*\n", err)
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("steps")
def test_neither_java_nor_a_jar_is_needed_for_what_is_known() -> None:
    assert check("Small") == Exit.VIOLATION
    assert check("Small", "--java", "/nowhere", "--jar", "/nowhere") == Exit.VIOLATION
    assert run(["check", "Steps.tla", "--java", "/nowhere"]) == Exit.ENVIRONMENT
