"""What JSON has and TLA+ has not stands for itself where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules import json_files, outside
from pyspec.values import ModelValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspec.values import Value


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Return a file that may be read, though no other may."""
    made = tmp_path / "log.ndjson"
    grant = outside.Grant(frozenset({made.resolve()}), {})
    token = outside.granted.set(grant)
    yield made
    outside.granted.reset(token)


def read(file: Path, text: str, *, stand_ins: bool = True) -> tuple[Value, ...]:
    """Return the values on the lines of a text."""
    file.write_text(text, encoding="utf-8")
    token = json_files.stand_ins.set(stand_ins)
    try:
        found = json_files.nd_deserialize(str(file))
    finally:
        json_files.stand_ins.reset(token)
    assert isinstance(found, tuple)
    return found


def test_fractions_equal_themselves_however_they_are_written(file: Path) -> None:
    one, same, other, whole = read(file, "1.5\n15e-1\n1.25\n2.0\n")
    assert one == same
    assert one != other
    assert isinstance(one, ModelValue)
    assert whole == 2


def test_large_integers_are_told_apart(file: Path) -> None:
    large, next_, small = read(file, "1712329729602\n1712329729603\n-1712329729602\n")
    assert len({large, next_, small}) == 3


def test_null_is_one_value(file: Path) -> None:
    one, other = read(file, "null\nnull\n")
    assert one is other


@pytest.mark.parametrize("text", ["Infinity", "NaN", f"1.{'1' * 50}", "nul"])
def test_what_is_no_number_is_refused(file: Path, text: str) -> None:
    with pytest.raises(EvaluationError, match=r"log\.ndjson:1"):
        read(file, text)


@pytest.mark.parametrize("text", ["1.5", "null", "1712329729602"])
def test_unasked_all_of_them_are_refused(file: Path, text: str) -> None:
    assert read(file, text)
    with pytest.raises(EvaluationError, match="is no value of TLA"):
        read(file, text, stand_ins=False)


def test_other_files_are_refused(file: Path) -> None:
    other = file.with_name("other.ndjson")
    other.write_text("1\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="which nobody has named"):
        json_files.nd_deserialize(str(other))
    link = file.with_name("link.ndjson")
    file.write_text("1\n", encoding="utf-8")
    link.symlink_to(file)
    assert json_files.nd_deserialize(str(link)) == (1,)
    with pytest.raises(EvaluationError, match="may not do unasked"):
        json_files.nd_serialize(str(file), (1,))
