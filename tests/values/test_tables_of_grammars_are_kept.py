"""The parser's tables are kept between runs; without them it is built as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lark import Lark

from pyspec import kept
from pyspec.errors import Mistake
from pyspec.tla2tools import config as cfg
from pyspec.tla2tools import parse_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = "SPECIFICATION Spec\nCONSTANT N = {1, 2}\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "cache"))
    cfg._GRAMMAR.__dict__.pop("_lark", None)
    yield tmp_path / "cache"
    cfg._GRAMMAR.__dict__.pop("_lark", None)


def read() -> object:
    cfg._GRAMMAR.__dict__.pop("_lark", None)
    return parse_config(TEXT)


def test_kept_tables_read_the_same_and_expect_the_same() -> None:
    first = read()
    assert read() == first
    for text in ("SPECIFICATION", "INVARIANT {", "CONSTANT N = {1,"):
        said = []
        for _ in range(2):
            with pytest.raises(Mistake) as error:
                parse_config(text)
            said.append(str(error.value))
            cfg._GRAMMAR.__dict__.pop("_lark", None)
        assert said[0] == said[1]


def test_the_second_time_no_table_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    first = read()
    monkeypatch.setattr(type(cfg._GRAMMAR), "_built", None)
    assert read() == first


def test_tables_that_lark_cannot_load_are_built_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read()
    (place,) = (cache / "grammars").iterdir()
    kept.store(place, b"tables of another time")
    assert read() == first
    place.write_bytes(b"torn")
    assert read() == first
    monkeypatch.setattr(Lark, "save", lambda *_: None)
    place.unlink()
    assert read() == first


def test_another_version_of_lark_has_tables_of_its_own(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read()
    monkeypatch.setattr("lark.__version__", "9.9")
    read()
    assert len(list((cache / "grammars").iterdir())) == 2


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "file" / "inside"))
    assert read() == read()
