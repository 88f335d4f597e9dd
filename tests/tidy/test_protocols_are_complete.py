"""Every folder of specs/ is a protocol with all its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyspec import catalog

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(folder for folder in (ROOT / "specs").glob("*/*") if folder.is_dir())
WIDEST = 79


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_the_facts_can_be_read(folder: Path) -> None:
    protocol = catalog.read_protocol(folder / "protocol.toml")
    assert protocol.slug == folder.name
    assert protocol.title
    assert protocol.sources
    assert protocol.claims


def test_the_files_of_a_protocol_exist(folder: Path) -> None:
    protocol = catalog.read_protocol(folder / "protocol.toml")
    assert protocol.spec.exists()
    assert protocol.model_module.exists()
    assert protocol.page.exists()
    implementation = ROOT / "refimpl" / protocol.family / f"{protocol.slug}.py"
    assert implementation.exists()


def test_each_cfg_makes_one_claim(folder: Path) -> None:
    protocol = catalog.read_protocol(folder / "protocol.toml")
    claimed = [claim.config for claim in protocol.claims]
    assert sorted(claimed) == sorted(path.name for path in folder.glob("*.cfg"))


def test_modules_keep_to_79_columns_without_tabs(folder: Path) -> None:
    for module in folder.glob("*.tla"):
        for number, line in enumerate(module.read_text("utf-8").splitlines(), 1):
            assert len(line) <= WIDEST, f"{module.name}:{number} has {len(line)}"
            assert "\t" not in line, f"{module.name}:{number} has a tab"


def test_the_spec_itself_has_nothing_of_tlc(folder: Path) -> None:
    protocol = catalog.read_protocol(folder / "protocol.toml")
    extends = [
        line
        for line in protocol.spec.read_text("utf-8").splitlines()
        if line.startswith("EXTENDS")
    ]
    assert all("TLC" not in line.replace(",", " ").split() for line in extends)


def test_there_is_a_protocol_at_all() -> None:
    assert FOLDERS
