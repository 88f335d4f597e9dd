"""`pyspec drive`: what an implementation never does, or does otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pyspec.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/drive.schema.json").read_text("utf-8"))
PATIENT = """
from refimpl.commit.two_phase_commit import TransactionManager, two_phase_commit
from refimpl.process import guard

class PatientTM(TransactionManager):
    def abort(self):
        guard(self.state == "never")

PROTOCOL = two_phase_commit(2, tm_class=PatientTM)
"""


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """Run the command, and return its exit code with what it says as JSON."""

    def drive(*arguments: object) -> tuple[int, Any]:
        code = run(["drive", "two-phase-commit", *map(str, arguments), "--json"])
        found = json.loads(capfd.readouterr().out)
        assert not [*Draft202012Validator(SCHEMA).iter_errors(found)]
        return code, found

    return drive


@pytest.mark.java
def test_an_implementation_of_a_file_is_driven(
    tmp_path: Path, told: Callable[..., tuple[int, Any]]
) -> None:
    file = tmp_path / "patient.py"
    file.write_text(PATIENT, encoding="utf-8")
    code, found = told("--implementation", file, "--places", 20)
    assert code == 1
    assert found["verdict"] == "violated"
    assert {"step": "TMAbort", "after": []}.items() <= found["unreached"][0].items()
    assert found["problems"][0].startswith("unreached: TMAbort, allowed in ")


@pytest.mark.java
def test_time_that_runs_out_is_told(told: Callable[..., tuple[int, Any]]) -> None:
    code, found = told("--time", "0.001")
    assert (code, found["complete"]) == (0, False)


def test_a_broken_implementation_that_there_is_not_is_a_mistake(
    told: Callable[..., tuple[int, Any]],
) -> None:
    code, found = told("--broken", "hasty_mt")
    assert code == 2
    assert "Did you mean hasty_tm?" in found["message"]
