"""The size of a model is remembered, so that Java is started to suit it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyspec.tla2tools import Job, find_toolchain, run

SPECS = Path(__file__).parents[1] / "data" / "tlc-samples" / "specs"


@pytest.mark.java
def test_a_finished_search_leaves_its_size_for_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path))
    monkeypatch.setenv("PYSPEC_AOT", "off")
    job = Job(module=SPECS / "Ok.tla", config=SPECS / "ok.cfg")
    assert run(find_toolchain(), job).distinct == 14
    [kept] = (tmp_path / "sizes").iterdir()
    assert kept.read_text(encoding="ascii") == "14"
    kept.write_text("no number", encoding="ascii")
    assert run(find_toolchain(), job).distinct == 14
    assert kept.read_text(encoding="ascii") == "14"
