"""What `--json` prints is what docs/schemas says, and nothing that it does not say."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pyspec.tla2tools.classify import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "schemas"
NAMES = sorted(path.name.split(".")[0] for path in SCHEMAS.glob("*.schema.json"))
GOLDEN = "traces/commit/two_phase_commit"

SPEC = r"""---- MODULE Steps ----
EXTENDS Naturals, TLC
VARIABLE x
Init == x = 0 /\ PrintT("begin")
Step == x < 3 /\ x' = x + 1
Next == Step
Spec == Init /\ [][Next]_x /\ WF_x(Step)
Small == x < 2
Later == <>(x = 9)
====
"""


def schema_of(command: str) -> dict[str, Any]:
    text = (SCHEMAS / f"{command}.schema.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def closed(schema: object) -> object:
    """The same schema, with every object closed: a key that it lacks is an error."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    if inner.get("type") == "object" and "properties" in inner:
        inner["additionalProperties"] = False
    return inner


def problems(command: str, data: object) -> list[str]:
    schema = closed(schema_of(command))
    assert isinstance(schema, dict)
    return [str(e) for e in Draft202012Validator(schema).iter_errors(data)]


def printed(*arguments: object, **extra: str) -> Any:  # noqa: ANN401 - JSON
    done = subprocess.run(
        [sys.executable, "-m", "pyspec", *map(str, arguments), "--json"],
        cwd=ROOT,
        env={**os.environ, **extra},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return json.loads(done.stdout)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    for name, line in (
        ("Steps", "CHECK_DEADLOCK FALSE"),
        ("Small", "INVARIANT Small"),
        ("Later", "PROPERTY Later\nCHECK_DEADLOCK FALSE"),
        ("Wrong", "INVARIANT Nothing"),
    ):
        text = f"SPECIFICATION Spec\n{line}\n"
        (tmp_path / f"{name}.cfg").write_text(text, encoding="utf-8")
    path = tmp_path / "Steps.tla"
    path.write_text(SPEC, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_one_and_describes_all_that_it_names(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    for path, part in objects(schema):
        for key, inner in part["properties"].items():
            plain = {"$ref", "const", "enum", "anyOf"} & set(inner)
            assert plain or "description" in inner, f"{path}.{key}"


def objects(schema: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, list):
        for item in schema:
            yield from objects(item, path)
    elif isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield path, schema
        for key, inner in schema.items():
            yield from objects(inner, f"{path}/{key}")


def test_there_is_a_schema_for_each_command_with_json() -> None:
    assert NAMES == [
        "check",
        "convert",
        "doctor",
        "drive",
        "fuzz",
        "list",
        "mutate",
        "replay",
        "trace",
        "verify",
    ]


def test_the_causes_of_the_schema_are_those_of_the_code() -> None:
    causes = schema_of("check")["$defs"]["run"]["properties"]["cause"]["enum"]
    assert causes == [cause.value for cause in Cause]


def test_list_is_as_described() -> None:
    assert problems("list", printed("list")) == []


@pytest.mark.java
def test_doctor_is_as_described() -> None:
    assert problems("doctor", printed("doctor")) == []
    assert problems("doctor", printed("doctor", "--java", "/nowhere")) == []


@pytest.mark.java
def test_check_of_a_file_is_as_described(spec: Path) -> None:
    done = printed("check", spec, "--coverage")
    assert problems("check", done) == []
    assert done["coverage"]
    assert done["printed"] == ['"begin"']


@pytest.mark.java
def test_check_with_several_cfgs_is_as_described(spec: Path) -> None:
    configs = [spec.with_name(f"{name}.cfg") for name in ("Small", "Later", "Wrong")]
    done = printed("check", spec, *(f"--config={path}" for path in configs), "-j2")
    assert problems("check", done) == []
    assert [run["verdict"] for run in done["runs"]] == ["violated", "violated", "error"]
    assert [run["config"] for run in done["runs"]] == [str(path) for path in configs]


@pytest.mark.java
def test_check_of_a_claim_is_as_described() -> None:
    done = printed("check", "two_phase_commit", "--config", "MCTwoPhaseCommitHasty")
    assert problems("check", done) == []
    assert done["claims"][0]["met"]


@pytest.mark.java
def test_replay_is_as_described(tmp_path: Path) -> None:
    broken = tmp_path / "broken.trace"
    broken.write_text("no trace\n", encoding="utf-8")
    done = printed(
        "replay", f"{GOLDEN}/no_faults.trace", f"{GOLDEN}/forgetful_rm.trace", broken
    )
    assert problems("replay", done) == []
    found = [(row["verdict"], row["expected"], row["unmet"]) for row in done["traces"]]
    assert found == [
        ("conforms", "conforms", None),
        ("rejected", "rejected", None),
        ("malformed", None, None),
    ]


@pytest.mark.java
def test_replay_through_an_adapter_is_as_described() -> None:
    real = "traces/real"
    done = printed(
        "replay",
        f"{real}/pg_2pc_lost_prepare_failover.ndjson",
        "--adapter",
        f"{real}/postgresql_two_phase_commit.py",
    )
    assert problems("replay", done) == []
    assert sum(done["adapted"][0]["ignored"].values()) == 2


def test_verify_is_as_described() -> None:
    """In process: the command itself takes minutes."""
    from pyspec.campaign.verify import Row  # noqa: PLC0415 - with what it is for
    from pyspec.cli.verify_command import to_json  # noqa: PLC0415
    from pyspec.errors import Exit  # noqa: PLC0415

    rows = [
        Row("modules", "A.tla", "parses"),
        Row("claims", "B.cfg", "holds", ("it does not",), Exit.VIOLATION),
        Row("claims", "C.cfg", "left for --nightly", left=True),
    ]
    data = json.loads(json.dumps(to_json({"a": rows, "b": rows[:1]})))
    assert problems("verify", data) == []
    assert [protocol["verdict"] for protocol in data["protocols"]] == ["red", "ok"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "no_such_slug"),
        ("check", "Nowhere.tla", "--java", "/nowhere/java"),
        ("check",),
        ("check", "A.tla", "--depth", "3"),
        ("replay",),
        ("replay", "a.trace", "--adapter", "/nowhere.py"),
        ("verify", "no_such_slug"),
        ("fuzz", "no_such_slug"),
        ("drive", "no_such_slug"),
        ("list", "--no-such-option"),
    ],
)
def test_what_kept_a_command_from_its_work_is_as_described(
    arguments: tuple[str, ...],
) -> None:
    done = printed(*arguments)
    assert problems(arguments[0], done) == []
    assert done["verdict"] == "error"
    assert done["cause"] in {"mistake", "environment"}


RUN: dict[str, Any] = {
    "verdict": "ok",
    "cause": "none",
    "property": None,
    "distinct": 4,
    "generated": 4,
    "depth": 4,
    "seconds": 0.5,
    "engine": "tlc",
    "message": "no violation was found",
    "errors": [],
    "counterexample": None,
    "config": "A.cfg",
}


def test_an_object_that_is_not_as_described_is_noticed() -> None:
    assert problems("check", RUN) == []
    for key in RUN:
        less = copy.deepcopy(RUN)
        del less[key]
        assert problems("check", less), key
    wrongs: tuple[dict[str, Any], ...] = (
        {"verdict": "fine"},
        {"distinct": "4"},
        {"more": 1},
        {"runs": []},
    )
    for wrong in wrongs:
        assert problems("check", {**RUN, **wrong}), wrong
    assert problems("check", {"claims": [RUN]}), "a claim says what it expects"
