"""Fuzzing the readers of text for a moment; tools/fuzz does it for hours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tools.fuzz.fuzz import Watch, by_chance
from tools.fuzz.readers import READERS, FindingError, same

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ("value", "state", "config", "trace")


@pytest.mark.parametrize("name", TEXTS)
def test_the_corpus_itself_is_read(name: str) -> None:
    for raw in READERS[name].corpus:
        assert READERS[name].check(raw)


@pytest.mark.parametrize("name", TEXTS)
def test_mutated_texts_give_a_result_or_a_mistake(name: str, tmp_path: Path) -> None:
    watch = Watch(READERS[name], tmp_path)
    by_chance(watch, seconds=1.0, seed=1)
    assert watch.inputs
    assert not watch.found()


def test_a_reader_that_crashes_is_noticed(tmp_path: Path) -> None:
    def crash(raw: bytes) -> bool:
        raise ValueError(raw)

    watch = Watch(replace(READERS["value"], check=crash), tmp_path)
    by_chance(watch, seconds=0.1, seed=2)
    (found,) = watch.found()
    assert "ValueError" in found.name
    assert "crash" in found.read_text(encoding="utf-8")


def test_a_reader_that_takes_long_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.fuzz.fuzz.MOST_SECONDS", 0.0)
    watch = Watch(READERS["value"], tmp_path)
    watch.check(b"1")
    assert [one.name.split(".")[2] for one in watch.found()] == ["slow"]


def test_what_does_not_read_back_as_the_same_is_noticed() -> None:
    with pytest.raises(FindingError, match="1 is not 2"):
        same(1, 2)
