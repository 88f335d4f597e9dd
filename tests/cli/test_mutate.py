"""`pyspec mutate`: which changes of a conforming trace nobody would notice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
TRACES = ROOT / "traces/commit/two_phase_commit"
SCHEMA = json.loads((ROOT / "docs/schemas/mutate.schema.json").read_text("utf-8"))


@pytest.fixture
def blind(tmp_path: Path) -> Path:
    """A trace in which nothing tells one value of tmPrepared from another."""
    lines = (TRACES / "no_faults.trace").read_text("utf-8").splitlines()
    head = [x for x in lines if x.startswith(("----", "CONSTANT"))]
    events = [
        '1 ?  /\\ tmState\' \\in {"init", "aborted"}',
        "2 SKIP",
        "3 TMAbort",
        "4 TMCrash",
    ]
    file = tmp_path / "blind.trace"
    file.write_text("\n".join([*head, *events, "====", ""]), encoding="utf-8")
    return file


def test_a_trace_that_says_all_lets_nothing_pass(
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = str(TRACES / "no_faults.trace")
    assert run(["mutate", file, "--fail-under", "100"]) == 0
    assert "93 of 93 changes noticed (100.0%)" in capfd.readouterr().out


def test_what_goes_unnoticed_is_listed_and_can_fail(
    blind: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["mutate", str(blind)]) == 0
    out = capfd.readouterr().out
    assert "commutes: dropping event 1, ?" in out
    assert "SKIP" not in out
    assert run(["mutate", str(blind), "--fail-under", "99"]) == 1


def test_a_field_that_nothing_checks_is_unconstrained(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "Loose.tla"
    module.write_text(
        "---- MODULE Loose ----\nEXTENDS Naturals\nVARIABLES x, y\n"
        "Init == x = 0 /\\ y \\in 0..3\n"
        "Step == x' = x + 1 /\\ y' \\in 0..3\nNext == Step\n====\n",
        encoding="utf-8",
    )
    trace = tmp_path / "loose.trace"
    trace.write_text(
        "---- TRACE Loose ----\n"
        "1 Step  /\\ x' = 1 /\\ y' = 1\n2 Step  /\\ x' = 2 /\\ y' = 3\n====\n",
        encoding="utf-8",
    )
    assert run(["mutate", str(trace), "--spec", str(module)]) == 0
    out = capfd.readouterr().out
    assert "unconstrained: y of event 1, Step" in out
    assert "unconstrained: y of event 2, Step" in out
    assert "x of event" not in out


def test_a_rejected_trace_is_not_changed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["mutate", str(TRACES / "forgotten_promise.trace")]) == 0
    assert "rejected at 4" in capfd.readouterr().out


def test_a_trace_that_is_malformed_is_the_user_s_mistake(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.trace"
    file.write_text("no trace\n", encoding="utf-8")
    assert run(["mutate", str(file)]) == 2
    assert "odd.trace:1" in capfd.readouterr().err


@pytest.mark.parametrize(
    "name", [lambda blind: blind, lambda _: TRACES / "forgotten_promise.trace"]
)
def test_its_json_fits_the_schema(
    name: Callable[[Path], Path], blind: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["mutate", str(name(blind)), "--json"]) == 0
    data = json.loads(capfd.readouterr().out)
    assert not list(Draft202012Validator(SCHEMA).iter_errors(data))
    assert data["noticed"] <= data["decided"]
