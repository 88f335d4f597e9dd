"""Specs and traces are found in a checkout, and in an installed wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT],
        check=True,
        timeout=300,
    )
    [built] = folder.glob("pyspec_tla-*.whl")
    return built


def test_only_pyspec_and_refimpl_are_installed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "pyspec",
        "refimpl",
    }


def test_every_spec_trace_grammar_and_class_travels_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    kept = [
        *(path for path in (ROOT / "specs").rglob("*") if path.is_file()),
        *(path for path in (ROOT / "traces").rglob("*") if path.is_file()),
    ]
    wanted = {
        f"pyspec/_data/{path.relative_to(ROOT)}"
        for path in kept
        if "__pycache__" not in path.parts
    }
    wanted |= {
        str(path.relative_to(ROOT))
        for path in (ROOT / "pyspec").rglob("*")
        if path.suffix in {".lark", ".jar", ".typed"}
    }
    assert wanted <= inside, sorted(wanted - inside)


def test_an_installed_wheel_finds_its_protocols(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    assert slugs(site, tmp_path) == slugs(ROOT, tmp_path)


def slugs(place: Path, folder: Path) -> list[str]:
    """Run `pyspec list` with the packages of one place, away from the checkout."""
    done = subprocess.run(
        [sys.executable, "-m", "pyspec", "list", "--json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    rows = json.loads(done.stdout)["protocols"]
    for row in rows:
        assert row["folder"].startswith(str(place)), row["folder"]
    return [row["slug"] for row in rows]
