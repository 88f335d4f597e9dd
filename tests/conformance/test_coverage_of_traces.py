"""What traces exercise: of behaviors that match them, and nothing else."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run
from pyspec.conformance import Limits, Spec, load_spec
from pyspec.conformance.coverage import Coverage, How, PartCoverage, coverage_of
from pyspec.errors import Exit
from pyspec.tla2tools import find_toolchain
from pyspec.trace import parse_trace
from tests.conformance.replaying import natively, toolchain, written

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/replay.schema.json").read_text("utf-8"))
SEED = 20261121

DOORS = r"""---- MODULE Doors ----
EXTENDS Naturals
VARIABLES door, n
Init == door = "shut" /\ n = 0
Set(k) ==
  IF k = 1
    THEN n' = n + 1
    ELSE /\ k = 2
         /\ n' = 0
Open(k) ==
  /\ door = "shut"
  /\ door' = "open"
  /\ Set(k)
Shut ==
  /\ door = "open"
  /\ \/ n > 1 /\ n' = 0
     \/ n <= 1 /\ n' = n
  /\ door' = "shut"
Knock ==
  /\ n < 3
  /\ n' = n + 1
  /\ UNCHANGED door
Wait == door = "wide" /\ UNCHANGED <<door, n>>
Next == (\E k \in 1..2 : Open(k)) \/ Shut \/ Knock \/ Wait
====
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("doors"), DOORS)


@pytest.fixture(scope="module")
def doors(file: Path) -> Spec:
    return load_spec(toolchain, file)


def covered(spec: Spec, *traces: str) -> Coverage:
    read = [parse_trace(f"---- TRACE Doors ----\n{lines}\n====\n") for lines in traces]
    verdicts = natively(spec, read, Limits())
    [found] = coverage_of(verdicts, cache(find_toolchain))
    assert found.is_whole
    assert not found.skipped
    return found


def part(found: Coverage, action: str, role: str, text: str) -> PartCoverage:
    [one] = [
        each
        for each in found.parts[action].values()
        if each.role == role and each.text == text
    ]
    return one


def test_actions_and_the_branches_that_were_taken_are_counted(doors: Spec) -> None:
    found = covered(doors, "1 Open(1)\n2 Shut\n3 ? /\\ door' = \"open\" /\\ n' = 0")
    assert found.actions == {
        "Open": How(called=1, unknown=1),
        "Shut": How(called=1),
        "Knock": How(),
        "Wait": How(),
    }
    assert found.never == ["Knock", "Wait"]
    assert part(found, "Open", "THEN", "n' = n + 1").held == 1
    assert part(found, "Open", "ELSE", "/\\ k = 2 /\\ n' = 0").held == 1
    assert part(found, "Open", "conjunct", "n' = 0").held == 1
    assert part(found, "Shut", "disjunct", "n <= 1 /\\ n' = n").held == 1
    idle = part(found, "Shut", "disjunct", "n > 1 /\\ n' = 0")
    assert not idle.held
    assert found.outermost_idle("Shut") == [idle]
    assert idle.line == DOORS.splitlines().index("  /\\ \\/ n > 1 /\\ n' = 0") + 1
    assert found.observed == {"door": 1, "n": 1}


def test_what_led_nowhere_exercised_nothing(doors: Spec) -> None:
    anything = covered(doors, "1 ?")
    assert anything.actions["Knock"] == How(unknown=1)
    only = covered(doors, "1 ?\n2 Shut /\\ n' = 1")
    assert only.actions["Knock"] == How()
    assert only.actions["Open"] == How(unknown=1)
    assert part(only, "Open", "THEN", "n' = n + 1").held == 1
    assert not part(only, "Open", "ELSE", "/\\ k = 2 /\\ n' = 0").held


def test_silent_steps_are_counted_by_gap(doors: Spec) -> None:
    found = covered(doors, "SILENT Knock MAX 2\n1 Open(1) /\\ n' = 3\n2 Shut")
    assert found.actions["Knock"] == How(silent=1)
    both = covered(doors, "SILENT Knock\n1 Open(1) /\\ n' = 2\n2 Shut /\\ n = 3")
    assert both.actions["Knock"] == How(silent=2)


def test_a_rejected_trace_exercises_nothing_but_what_refuses_it(doors: Spec) -> None:
    found = covered(doors, "1 Open(1)\n2 Open(1)", "1 Knock")
    assert found.traces == 1
    assert found.actions["Open"] == How()
    guard = part(found, "Open", "conjunct", 'door = "shut"')
    assert (guard.held, guard.refused) == (0, 1)
    assert not part(found, "Open", "conjunct", 'door\' = "open"').refused


def test_variables_that_nobody_looks_at_are_named(doors: Spec) -> None:
    found = covered(doors, "INIT /\\ n = 0\n1 Knock /\\ n' = 1")
    assert found.observed == {"n": 2}
    assert found.unobserved == ["door"]


def test_counts_are_those_of_walks_whose_branches_are_known(doors: Spec) -> None:
    chance = random.Random(SEED)  # noqa: S311 - to be repeated
    wanted: Counter[str] = Counter()
    traces = []
    for _ in range(40):
        door, n, lines = "shut", 0, []
        for number in range(1, chance.randrange(2, 12)):
            names = ["Open(1)", "Open(2)"] if door == "shut" else ["Shut"]
            name = chance.choice([*names, *(["Knock"] if n < 3 else [])])
            lines.append(f"{number} {name}")
            if name == "Shut":
                wanted["many" if n > 1 else "few"] += 1
                door, n = "shut", 0 if n > 1 else n
            elif name == "Knock":
                n += 1
            else:
                door, n = "open", n + 1 if name == "Open(1)" else 0
            wanted[name] += 1
        traces.append("\n".join(lines))
    found = covered(doors, *traces)
    assert found.traces == len(traces)
    assert found.events == sum(trace.count("\n") + 1 for trace in traces)
    assert found.actions["Open"].called == wanted["Open(1)"] + wanted["Open(2)"]
    assert found.actions["Knock"].called == wanted["Knock"]
    held = {
        "Open(1)": part(found, "Open", "THEN", "n' = n + 1").held,
        "Open(2)": part(found, "Open", "ELSE", "/\\ k = 2 /\\ n' = 0").held,
        "many": part(found, "Shut", "disjunct", "n > 1 /\\ n' = 0").held,
        "few": part(found, "Shut", "disjunct", "n <= 1 /\\ n' = n").held,
    }
    assert held == {name: wanted[name] for name in held}
    assert min(held.values()) > 5


def replay(
    file: Path, lines: str, *options: str, name: str = "one"
) -> tuple[int, Path]:
    trace = file.with_name(f"{name}.trace")
    trace.write_text(f"---- TRACE Doors ----\n{lines}\n====\n", encoding="utf-8")
    return run(["replay", str(trace), "--spec", str(file), *options]), trace


def test_runs_add_up_in_a_file(
    file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept, both = str(tmp_path / "kept.json"), ["--coverage", "--json"]
    one, two = "1 Open(1)\n2 Shut", "1 ? /\\ n' = 0\n2 Shut /\\ door' = \"shut\""
    replay(file, one, "--coverage-file", kept)
    capfd.readouterr()
    replay(file, two, "--json", "--coverage-file", kept, name="two")
    added = json.loads(capfd.readouterr().out)["coverage"]
    first, second = file.with_name("one.trace"), file.with_name("two.trace")
    run(["replay", str(first), str(second), "--spec", str(file), *both])
    said = json.loads(capfd.readouterr().out)
    Draft202012Validator(SCHEMA).validate(said)
    assert added == said["coverage"]
    assert json.loads(Path(kept).read_text("utf-8"))["coverage"] == added


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"coverage": [{"module": 1}]}'])
def test_a_file_that_is_no_coverage_is_refused_and_kept(
    file: Path, tmp_path: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(text, encoding="utf-8")
    code, _ = replay(file, "1 Knock", "--coverage-file", str(kept))
    assert code == Exit.MISTAKE
    assert "kept.json" in capfd.readouterr().err
    assert kept.read_text("utf-8") == text


def test_the_table_names_what_is_missing(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, _ = replay(file, '1 Open(1) /\\ door\' = "open"\n2 Shut', "--coverage")
    assert code == 0
    out = capfd.readouterr().out
    assert "coverage of Doors by 1 trace with 2 events" in out
    assert "never taken: Knock, Wait" in out
    assert "disjunct of Shut: n > 1 /\\ n' = 0" in out
    assert "conjunct of Shut" not in out
    assert "observed: door 1" in out
    assert "never observed: n" in out
