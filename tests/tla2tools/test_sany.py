"""Real runs of SANY: errors with places, modules with paths, the XML cache."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from pyspec.errors import Mistake, Unavailable
from pyspec.tla2tools import Kind, Toolchain, find_toolchain, sany

SPECS = Path(__file__).parents[1] / "data" / "specs"
LIBRARY = (SPECS / "library",)


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    try:
        return find_toolchain()
    except Unavailable as missing:
        pytest.skip(str(missing))


def places(report: sany.SanyReport) -> list[str]:
    return [
        f"{Path(error.file or '').stem}:{error.line}:{error.column}"
        for error in report.errors
    ]


@pytest.mark.java
def test_modules_are_named_with_their_files(toolchain: Toolchain) -> None:
    report = sany.parse(toolchain, SPECS / "NeedsLibrary.tla", LIBRARY)
    assert report.ok
    assert report.require() is report
    assert dict(report.modules) == {
        "NeedsLibrary": SPECS / "NeedsLibrary.tla",
        "FromLibrary": SPECS / "library" / "FromLibrary.tla",
    }
    assert report.standard == ("Naturals",)


@pytest.mark.java
def test_syntax_errors_of_several_definitions_and_modules_are_told(
    toolchain: Toolchain,
) -> None:
    report = sany.parse(toolchain, SPECS / "ThreeMistakes.tla")
    assert places(report) == [
        "ThreeMistakes:4:15",
        "ThreeMistakes:5:14",
        "ThreeMistakes:7:18",
        "FourthMistake:2:12",
    ]
    assert {error.kind for error in report.errors} == {Kind.SYNTAX}


@pytest.mark.java
def test_semantic_errors_are_told_all_at_once(toolchain: Toolchain) -> None:
    report = sany.parse(toolchain, SPECS / "FiveMeanings.tla")
    assert [error.line for error in report.errors] == [4, 5, 6, 8, 9]
    with pytest.raises(Mistake) as caught:
        report.require()
    assert caught.value.line == 4
    assert "FiveMeanings.tla:9" in str(caught.value)


@pytest.mark.java
def test_a_missing_module_is_placed_where_it_is_named(toolchain: Toolchain) -> None:
    report = sany.parse(toolchain, SPECS / "NeedsLibrary.tla")
    assert places(report) == ["NeedsLibrary:2:19"]
    assert report.errors[0].kind is Kind.MISSING_MODULE


@pytest.mark.java
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", Kind.SYNTAX),
        ("no module at all\n", Kind.SYNTAX),
        ("---- MODULE Other ----\n====\n", Kind.MODULE_NAME),
        ("---- MODULE M ----\nEXTENDS M\n====\n", Kind.CIRCULAR),
        ("---- MODULE M ----\nA == 1\n", Kind.SYNTAX),
        ('---- MODULE M ----\nA == "abc\n====\n', Kind.SYNTAX),
        ("---- MODULE M ----\nVARIABLE x\nA == [](x' = 1)\n====\n", Kind.LEVEL),
    ],
)
def test_each_kind_of_error_is_told_apart(
    toolchain: Toolchain, tmp_path: Path, text: str, kind: Kind
) -> None:
    file = tmp_path / "M.tla"
    file.write_text(text)
    report = sany.parse(toolchain, file)
    assert report.errors, report
    assert report.errors[0].kind is kind
    assert report.errors[0].file == str(file)


def test_a_file_that_is_not_there_needs_no_java(tmp_path: Path) -> None:
    for name, kind in (("M.tla", Kind.MISSING_MODULE), ("M.txt", Kind.MODULE_NAME)):
        error = sany.missing_module(tmp_path / name)
        assert error is not None
        assert error.kind is kind
    with pytest.raises(Mistake, match="no such folder"):
        sany.search_path(tmp_path / "M.tla", [tmp_path / "none"])


@pytest.mark.java
def test_nothing_is_left_in_the_temporary_folder(
    toolchain: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sany.parse(toolchain, SPECS / "ThreeMistakes.tla")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.java
def test_the_tree_is_cached_by_the_content_of_all_modules(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    private = replace(toolchain, cache=tmp_path / "cache")
    shutil.copy(SPECS / "NeedsLibrary.tla", tmp_path)
    library = tmp_path / "library"
    shutil.copytree(SPECS / "library", library)
    module = tmp_path / "NeedsLibrary.tla"

    def export() -> tuple[bytes, int]:
        xml = sany.export_xml(private, module, [library])
        return xml, len(list((tmp_path / "cache" / "xml").iterdir()))

    first, entries = export()
    assert first.startswith(b"<?xml")
    assert first.rstrip().endswith(b"</modules>")
    assert entries == 1
    assert export() == (first, 1)
    (library / "FromLibrary.tla").write_text(
        "---- MODULE FromLibrary ----\nD == 2\n====\n"
    )
    changed, entries = export()
    assert entries == 2
    assert changed != first


@pytest.mark.java
def test_a_damaged_cache_entry_is_replaced(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    private = replace(toolchain, cache=tmp_path)
    module = SPECS / "Graph.tla"
    whole = sany.export_xml(private, module)
    (entry,) = (tmp_path / "xml").iterdir()
    entry.write_bytes(whole[: len(whole) // 2])
    assert sany.export_xml(private, module) == whole
    assert entry.read_bytes() == whole


@pytest.mark.java
def test_a_cache_that_cannot_be_written_does_no_harm(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    (tmp_path / "xml").write_text("a file where the folder should be")
    private = replace(toolchain, cache=tmp_path)
    assert sany.export_xml(private, SPECS / "Graph.tla").startswith(b"<?xml")


@pytest.mark.java
def test_a_module_with_errors_has_no_tree(toolchain: Toolchain, tmp_path: Path) -> None:
    private = replace(toolchain, cache=tmp_path)
    for name in ("FiveMeanings", "ThreeMistakes", "NeedsLibrary", "NotThere"):
        with pytest.raises(Mistake):
            sany.export_xml(private, SPECS / f"{name}.tla")
    assert not (tmp_path / "xml").exists()
