"""The dossier is green, and turns red with any one thing taken out of it."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import refimpl.commit.two_phase_commit as original
from pyspec import catalog
from pyspec.campaign.claims import Settings, check_claims
from pyspec.campaign.mutation import changes_of, unnoticed
from pyspec.campaign.recordings import recordings, replay_recording
from pyspec.campaign.schedules import run_schedules
from pyspec.campaign.verify import Plan, Verification
from pyspec.conformance import Spec, TlcEngine, load_spec
from pyspec.errors import Exit
from pyspec.tla2tools import Toolchain, find_toolchain
from pyspec.trace import read_trace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from pyspec.catalog import Claim, Protocol

pytestmark = pytest.mark.java
SLUG = "two_phase_commit"
FEWEST_AGREED = 10
SOURCE = Path(original.__file__)


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return catalog.find(SLUG)


@pytest.fixture(scope="module")
def spec(toolchain: Toolchain, protocol: Protocol) -> Spec:
    return load_spec(toolchain, protocol.spec)


def test_the_whole_dossier_is_green(toolchain: Toolchain, protocol: Protocol) -> None:
    plan = Plan(runs=100, jobs=2)
    rows = list(Verification(protocol, toolchain, plan).rows())
    assert [
        (row.what, row.problems) for row in rows if not row.passed and not row.left
    ] == []
    assert {row.point for row in rows} == {
        "modules",
        "page",
        "claims",
        "engines",
        "implementation",
        "traces",
    }
    agreed = [row for row in rows if row.point == "engines" and row.passed]
    assert len(agreed) >= FEWEST_AGREED


# ------------------------------------------------------------ the claims


@pytest.fixture
def copied(protocol: Protocol, tmp_path: Path) -> Protocol:
    """The protocol in a folder that may be changed."""
    folder = tmp_path / protocol.family / protocol.slug
    shutil.copytree(protocol.folder, folder)
    return catalog.read_protocol(folder / "protocol.toml")


def mutants() -> list[Claim]:
    return [claim for claim in catalog.find(SLUG).claims if claim.kind == "mutant"]


QUICK = {"MCTwoPhaseCommitHasty.cfg", "MCTwoPhaseCommitTimid.cfg"}


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(
            claim,
            id=claim.config,
            marks=[] if claim.config in QUICK else [pytest.mark.nightly],
        )
        for claim in mutants()
    ],
)
def test_a_mutant_without_its_override_is_red(
    toolchain: Toolchain,
    copied: Protocol,
    claim: Claim,
) -> None:
    config = copied.folder / claim.config
    lines = config.read_text(encoding="utf-8").splitlines()
    kept = [x for x in lines if not x.strip().startswith(f"{claim.mutates[0]} <-")]
    assert len(kept) == len(lines) - 1
    config.write_text("\n".join(kept) + "\n", encoding="utf-8")
    [(_, result)] = check_claims(copied, [claim], toolchain, settings=Settings())
    assert result.exit is Exit.VIOLATION
    assert result.unmet is not None
    assert f"violates {claim.property}" in result.unmet


def test_a_wrong_number_of_states_is_red(
    toolchain: Toolchain,
    protocol: Protocol,
) -> None:
    claim = next(c for c in protocol.claims if c.config.endswith("NoFaults.cfg"))
    wrong = replace(claim, distinct=(claim.distinct or 0) + 1)
    [(_, result)] = check_claims(protocol, [wrong], toolchain, settings=Settings())
    assert result.unmet is not None
    assert "distinct states" in result.unmet


def test_a_wrong_property_is_red(toolchain: Toolchain, protocol: Protocol) -> None:
    claim = next(c for c in protocol.claims if c.config.endswith("Hasty.cfg"))
    wrong = replace(claim, property="AC1")
    [(_, result)] = check_claims(protocol, [wrong], toolchain, settings=Settings())
    assert result.unmet == "expected a violation of AC1; found one of AC3"


# ------------------------------------------------------------ the implementation


def guards() -> Iterator[int]:
    """Lines of the implementation's guards."""
    for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "guard"
        ):
            yield node.lineno


def without_line(line: int, folder: Path) -> ModuleType:
    """Import the implementation with one line put out of action."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    indent = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    lines[line - 1] = " " * indent + "pass"
    name = f"two_phase_commit_without_{line}"
    file = folder / f"{name}.py"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = importlib.util.spec_from_file_location(name, file)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


def test_there_are_guards_to_remove() -> None:
    assert len(list(guards())) > 15


@pytest.mark.parametrize("line", list(guards()))
def test_without_any_one_guard_it_is_red_and_says_which(
    toolchain: Toolchain,
    protocol: Protocol,
    spec: Spec,
    tmp_path: Path,
    line: int,
) -> None:
    broken = without_line(line, tmp_path).PROTOCOL
    row = Verification(protocol, toolchain, Plan()).pairing(broken, spec)
    assert not row.passed
    [problem] = row.problems
    removed = SOURCE.read_text(encoding="utf-8").splitlines()[line - 1]
    variable = "tmPrepared" if "prepared" in removed.split("(")[1][:14] else ""
    assert "guards" in problem
    assert variable in problem


def test_random_schedules_reject_a_missing_guard(
    toolchain: Toolchain,
    spec: Spec,
    tmp_path: Path,
) -> None:
    source = SOURCE.read_text(encoding="utf-8").splitlines()
    line = 1 + next(
        number
        for number, text in enumerate(source)
        if "guard(self.prepared == frozenset(self.rms))" in text
    )
    broken = without_line(line, tmp_path).PROTOCOL
    ran = run_schedules(broken, range(5), spec, TlcEngine(toolchain))
    assert ran.failures
    verdict = ran.failures[0]
    assert [guard.text for guard in verdict.explanation.guards] == ["tmPrepared = RM"]


# ------------------------------------------------------------ the traces


def test_postgresql_s_recordings_have_their_verdicts(
    toolchain: Toolchain,
    spec: Spec,
) -> None:
    done = [
        replay_recording(recording, spec, TlcEngine(toolchain))
        for recording in recordings(SLUG)
    ]
    assert [each.problems for each in done] == [(), ()]
    good, bad = done
    assert len(good.verdicts) == 5
    assert good.ignored == {}
    [lost] = bad.verdicts
    assert lost.headline == "rejected at 10"
    assert sum(bad.ignored.values()) == 2


def test_a_wal_record_against_the_outcome_is_rejected(
    toolchain: Toolchain,
    spec: Spec,
    tmp_path: Path,
) -> None:
    [good, _] = recordings(SLUG)
    text = good.log.read_text(encoding="utf-8")
    turned = text.replace("COMMIT_PREPARED 725", "ABORT_PREPARED 725", 1)
    assert turned != text
    log = tmp_path / "turned.ndjson"
    log.write_text(turned, encoding="utf-8")
    done = replay_recording(replace(good, log=log), spec, TlcEngine(toolchain))
    assert done.problems == ("t1: expected conforms, found rejected at 87",)


def test_an_unconstrained_field_is_noticed(toolchain: Toolchain, spec: Spec) -> None:
    """A trace whose events say nothing else lets one observation go unnoticed."""
    folder = catalog.find(SLUG).traces
    trace = read_trace(folder / "no_faults.trace")
    tried, missed = unnoticed([trace], spec, TlcEngine(toolchain))
    assert tried == len(list(changes_of(trace)))
    assert tried > 20
    assert missed == []
