"""Quoted lines are cut where SANY says, whatever they are indented with."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final

import pytest

from pyspec.language.excerpts import Excerpts
from pyspec.tla2tools import find_toolchain, sany
from pyspec.trace.model import Location

if TYPE_CHECKING:
    from pathlib import Path

MODULE: Final = (
    "---- MODULE Tabs ----\nEXTENDS Naturals\nVARIABLE x\n"
    "Init ==\tx = 0\n"
    "Next ==\n\t/\\ x < 3 (*\t*)\n  \t/\\\tx' = x\t+ 1\n"
    "\\* before\x0cafter\n"
    "Last == x # 7\n====\n"
)
RELATIONS: Final = {"x = 0", "x < 3", "x' = x + 1", "x # 7"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a module with tabs, and with a form feed."""
    made = tmp_path / "Tabs.tla"
    made.write_text(MODULE)
    return made


def text(file: Path, line: int, column: int, end: int) -> str:
    """Return what stands at columns of a line."""
    return Excerpts({"Tabs": file}).text(Location("Tabs", line, column, line, end))


def test_tab_goes_to_the_next_of_eight_columns(file: Path) -> None:
    assert text(file, 4, 9, 13) == "x = 0"
    assert text(file, 6, 12, 16) == "x < 3"
    assert text(file, 7, 17, 28) == "x' = x + 1"


def test_form_feed_ends_no_line(file: Path) -> None:
    assert text(file, 9, 9, 13) == "x # 7"


@pytest.mark.java
def test_places_of_sany_are_cut_as_it_means_them(file: Path) -> None:
    root = ET.fromstring(sany.export_xml(find_toolchain(), file, ()))  # noqa: S314 - SANY's
    excerpts = Excerpts({"Tabs": file})
    found = set()
    for node in root.iter("OpApplNode"):
        place = node.find("location")
        if place is None or place.findtext("filename") != "Tabs":
            continue
        numbers = (
            int(place.findtext(f"{what}/{edge}") or 0)
            for edge in ("begin", "end")
            for what in ("line", "column")
        )
        found.add(excerpts.text(Location("Tabs", *numbers)))
    assert found >= RELATIONS
