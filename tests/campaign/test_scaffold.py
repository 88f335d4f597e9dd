"""`pyspec new` writes a protocol that runs, and `verify` says what is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pyspec.campaign.scaffold import scaffold
from pyspec.catalog import read_protocol
from pyspec.errors import Mistake

ROOT = Path(__file__).parents[2]
PARTS = ("pyspec", "refimpl", "specs", "traces")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__", "_data")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Something that looks like a checkout to the scaffold."""
    (tmp_path / "pyspec").mkdir()
    (tmp_path / "pyspec" / "catalog.py").touch()
    return tmp_path


def pyspec(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pyspec", *arguments],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.java
def test_a_new_protocol_runs_and_all_that_it_lacks_is_told(checkout: Path) -> None:
    made = pyspec(checkout, "new", "two-generals", "--family", "consensus")
    assert made.returncode == 0, made.stderr
    done = pyspec(checkout, "verify", "two_generals", "--runs", "5", "--json")
    assert done.returncode == 1, done.stderr
    [found] = json.loads(done.stdout)["protocols"]
    assert (found["slug"], found["verdict"]) == ("two_generals", "red")
    rows: list[dict[str, Any]] = found["checks"]
    red = {(row["point"], row["what"]) for row in rows if not row["passed"]}
    assert red == {
        ("page", "protocol.toml"),
        ("page", "left to do"),
        ("claims", "each property can fail"),
        ("claims", "mutants"),
        ("implementation", "broken implementations"),
        ("traces", "golden traces, conforms"),
        ("traces", "golden traces, rejected"),
        ("traces", "each observed field matters"),
    }
    passed = [row for row in rows if row["passed"]]
    fine = {(row["point"], row["what"]): row["found"] for row in passed}
    model = "MCTwoGenerals.cfg"
    assert fine["claims", model] == "holds, 4 states"
    assert fine["engines", model] == "both: no violation was found, 4 labelled edges"
    found = {what: found for (_, what), found in fine.items()}
    assert found["TwoGenerals.tla"] == "parses"
    assert found["random schedules"].startswith("5 of 5 conform")
    told = [problem for row in rows for problem in row["problems"]]
    spec = "specs/consensus/two_generals/TwoGenerals.tla"
    assert f"{spec}:4: TODO author, title, venue and year." in told
    assert "no [faults]: what each fault is in the spec" in told


def test_the_scaffold_claims_no_crash_that_the_spec_has_not(empty: Path) -> None:
    scaffold(empty, "consensus", "two_generals", None)
    code = empty.joinpath("refimpl/consensus/two_generals.py").read_text("utf-8")
    assert 'crash="' not in code
    protocol = read_protocol(empty / "specs/consensus/two_generals/protocol.toml")
    assert (protocol.module, protocol.title) == ("TwoGenerals", "Two generals")


@pytest.mark.parametrize(
    ("family", "slug", "title", "words"),
    [
        ("consensus", "2pc", None, "not a slug"),
        ("consensus", "Foo", None, "not a slug"),
        ("consensus", "é", None, "not a slug"),
        ("../x", "foo", None, "not a family"),
        ("consensus", "class", None, "the name is taken"),
        ("sim", "foo", None, "the name is taken"),
        ("consensus", "naturals", None, "the name is taken"),
        ("consensus", "foo_broken", None, "the name is taken"),
        ("consensus", "foo", 'a "b"', "not a title"),
        ("consensus", "foo", "a *) b", "not a title"),
        ("consensus", "foo", "a\nb", "not a title"),
    ],
)
def test_a_name_that_no_file_could_bear_is_refused(
    empty: Path, family: str, slug: str, title: str | None, words: str
) -> None:
    with pytest.raises(Mistake, match=words):
        scaffold(empty, family, slug, title)
    assert not (empty / "specs").exists()


def test_a_slug_is_given_once_whatever_the_family(empty: Path) -> None:
    scaffold(empty, "consensus", "foo", None)
    with pytest.raises(Mistake, match="there is a protocol foo already"):
        scaffold(empty, "commit", "foo", None)


def test_only_a_checkout_is_written_into(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no checkout"):
        scaffold(tmp_path, "consensus", "foo", None)
    assert list(tmp_path.iterdir()) == []
