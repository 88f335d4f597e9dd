"""Raft's claims and golden traces are as stated; `pyspec verify raft` does the rest."""

from __future__ import annotations

import json

import pytest

from pyspec import catalog
from pyspec.cli import run

pytestmark = pytest.mark.java
RAFT = catalog.find("raft")


def test_claims_of_every_day_are_as_stated(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["check", "raft", "--jobs", "1", "--json"])
    told = json.loads(capsys.readouterr().out)
    unmet = {each["config"]: each["unmet"] for each in told["claims"]}
    assert code == 0, {name: why for name, why in unmet.items() if why}
    daily = {claim.config for claim in RAFT.claims if not claim.nightly}
    assert {*unmet} == daily
    assert len(daily) > 40


def test_golden_traces_have_their_verdicts() -> None:
    files = sorted(map(str, RAFT.traces.glob("*.trace")))
    assert len(files) > 6
    assert run(["replay", *files]) == 0
