"""A protocol.toml that is wrong is told with its file and its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyspec import catalog
from pyspec.catalog import Says
from pyspec.errors import Mistake

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
title    = "Example"
family   = "commit"
module   = "Example"
model    = "MCExample"
summary  = "An example."
left_out = ["nothing"]

[[sources]]
paper = "A paper"
year  = 1999
where = "section 1"

[faults]
crash = "Crash"

[[claim]]
config   = "MCExample.cfg"
says     = "holds"
distinct = 4

# Headers of tables come in more than one style.
[[ claim ]]  # a mutant
config   = "MCExampleBad.cfg"
kind     = "mutant"
says     = "violates"
property = "Safe"
mutates  = "Step"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "specs" / "commit" / "example"
    folder.mkdir(parents=True)
    return folder / "protocol.toml"


def mistake(path: Path, text: str | bytes) -> Mistake:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Mistake) as caught:
        catalog.read_protocol(path)
    assert caught.value.file == str(path)
    return caught.value


def test_a_good_one_is_read(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8")
    found = catalog.read_protocol(path)
    assert (found.slug, found.family, found.module) == ("example", "commit", "Example")
    assert found.sources[0].year == 1999
    assert dict(found.faults) == {"crash": "Crash"}
    holds, violates = found.claims
    assert (holds.says, holds.distinct, holds.deadlock) == (Says.HOLDS, 4, False)
    assert (violates.property, violates.mutates) == ("Safe", ("Step",))
    assert (holds.line, violates.line) == (16, 22)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        # unknown keys
        ('title    = "Example"', 'titel = "Example"', 1, "no key 'titel'"),
        ("distinct = 4", "distinkt = 4", 19, "no key 'distinkt'"),
        ('where = "section 1"', 'were = "section 1"', 11, "no key 'were'"),
        # missing keys
        ('title    = "Example"\n', "", None, "title is missing"),
        ('module   = "Example"\n', "", None, "module is missing"),
        ('config   = "MCExampleBad.cfg"\n', "", 22, "config is missing"),
        ('paper = "A paper"\n', "", 8, "paper is missing"),
        ("year  = 1999\n", "", 8, "year is missing"),
        ('says     = "holds"\n', "", 16, "says is missing"),
        # wrong types
        ('title    = "Example"', "title = 3", 1, "title is not a string"),
        ("distinct = 4", 'distinct = "4"', 19, "distinct is not a number"),
        ("distinct = 4", "distinct = -4", 19, "distinct is not a number"),
        ("distinct = 4", "distinct = true", 19, "distinct is not a number"),
        ("year  = 1999", 'year = "1999"', 10, "year is not a number"),
        ('left_out = ["nothing"]', "left_out = [1]", 6, "left_out is not a list"),
        ('left_out = ["nothing"]', 'left_out = "x"', 6, "left_out is not a list"),
        ('[faults]\ncrash = "Crash"', "", None, None),
        ('crash = "Crash"', "crash = 1", 14, "crash is not a string"),
        ('mutates  = "Step"', "mutates = 1", 27, "mutates is not"),
        ('mutates  = "Step"', "mutates = [1]", 27, "mutates is not"),
        ("[[sources]]", "[sources]", 8, "sources is not a list of tables"),
        # wrong values
        ('family   = "commit"', 'family = "consensus"', 2, "family"),
        ('says     = "holds"', 'says = "maybe"', 18, "says has an unknown value"),
        ('kind     = "mutant"', 'kind = "mutation"', 24, "kind has an unknown value"),
        ('property = "Safe"\n', "", 25, "does not say what is violated"),
        # not TOML
        ('summary  = "An example."', "summary  = An example.", 5, "not TOML"),
        ('title    = "Example"', 'title = "a"\ntitle = "b"', 2, "not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    path: Path, old: str, new: str, line: int | None, words: str | None
) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if words is None:
        path.write_text(text, encoding="utf-8")
        assert not catalog.read_protocol(path).faults
        return
    error = mistake(path, text)
    assert words in str(error)
    assert error.line == line, str(error)


def test_what_is_expected_is_told(path: Path) -> None:
    error = mistake(path, GOOD.replace('says     = "holds"', 'says = "maybe"'))
    assert (error.expected, error.found) == ("holds or violates", "'maybe'")
    error = mistake(path, GOOD.replace('family   = "commit"', 'family = "x"'))
    assert (error.expected, error.found) == ("commit", "x")


def test_bytes_that_are_not_utf8(path: Path) -> None:
    error = mistake(path, GOOD.encode() + b'\n# \xff"\n')
    assert "not UTF-8" in str(error)
    assert error.line == GOOD.count("\n") + 2


def test_a_missing_file(path: Path) -> None:
    with pytest.raises(Mistake) as caught:
        catalog.read_protocol(path)
    assert caught.value.file == str(path)
    assert "No such file" in str(caught.value)


def test_one_broken_protocol_is_named_by_the_catalogue(path: Path) -> None:
    path.write_text("title = ", encoding="utf-8")
    with pytest.raises(Mistake, match=r"protocol\.toml:1"):
        catalog.protocols(path.parents[2])


def test_a_slug_is_found_with_hyphens_and_guessed(path: Path) -> None:
    text = GOOD
    path.write_text(text, encoding="utf-8")
    root = path.parents[2]
    assert catalog.find("example", root).slug == "example"
    with pytest.raises(Mistake, match="Did you mean example"):
        catalog.find("exmaple", root)


def test_a_module_of_two_protocols_is_not_guessed(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8")
    other = path.parents[1] / "other" / "protocol.toml"
    other.parent.mkdir()
    other.write_text(GOOD, encoding="utf-8")
    root = path.parents[2]
    with pytest.raises(Mistake, match="example and other"):
        catalog.find_by_module("Example", root)
    with pytest.raises(Mistake, match="no protocol of the catalogue"):
        catalog.find_by_module("Nothing", root)


def test_what_an_implementation_never_does_has_a_reason(path: Path) -> None:
    table = '[implementation]\nunreached = { Undo = "nobody undoes" }\n'
    path.write_text(f"{GOOD}\n{table}", encoding="utf-8")
    assert catalog.read_protocol(path).unreached == {"Undo": "nobody undoes"}
    path.write_text(GOOD, encoding="utf-8")
    assert catalog.read_protocol(path).unreached == {}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('unreached = ["Undo"]', "does not give a reason for each action"),
        ('unreached = { Undo = "" }', "does not give a reason for each action"),
        ("unreached = { Undo = 3 }", "does not give a reason for each action"),
        ('unraeched = { Undo = "x" }', "has no key 'unraeched'"),
    ],
)
def test_what_an_implementation_never_does_is_read_strictly(
    path: Path, table: str, told: str
) -> None:
    found = mistake(path, f"{GOOD}\n[implementation]\n{table}\n")
    assert told in found.message
    assert found.line == GOOD.count("\n") + 3
