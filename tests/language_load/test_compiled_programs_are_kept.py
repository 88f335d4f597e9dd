"""Compiled programs are kept, and never taken for those of another spec."""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyspec import kept
from pyspec.language import load, modules_folder
from pyspec.tla2tools import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.tla2tools import Toolchain


class Made:
    """Stands for a program; counts how often one was made."""

    count = 0

    def __init__(self, number: int) -> None:
        self.number = number


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("PYSPEC_CACHE", str(folder))
    return folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[load.Source], bool]:
    """Tell whether asking for a program makes one."""
    Made.count = 0

    def make(*_: object) -> Made:
        Made.count += 1
        return Made(Made.count)

    monkeypatch.setattr(load, "_made", make)

    def is_made(source: load.Source) -> bool:
        before = Made.count
        program: Any = load.compiled(source)
        assert program.number in {before, Made.count}
        return Made.count > before

    return is_made


@pytest.fixture
def source(tmp_path: Path) -> load.Source:
    for name, text in (
        ("Main", "EXTENDS Naturals, Base\nI == INSTANCE Inner\nx == 1"),
        ("Base", "b == 1"),
        ("Inner", "i == 1"),
        ("Other", "o == 1"),
    ):
        module = f"---- MODULE {name} ----\n{text}\n====\n"
        (tmp_path / f"{name}.tla").write_text(module, encoding="utf-8")
    config = Config(specification="Spec", constants={"N": 3})
    return load.locate(tmp_path / "Main.tla", config)


def test_the_second_time_nothing_is_compiled(
    source: load.Source, made: Callable[[load.Source], bool]
) -> None:
    assert made(source)
    assert not made(source)


@pytest.mark.parametrize("name", ["Main", "Base", "Inner"])
def test_a_change_of_a_module_involved_counts(
    source: load.Source, made: Callable[[load.Source], bool], name: str
) -> None:
    made(source)
    path = source.module.with_name(f"{name}.tla")
    path.write_text(path.read_text().replace("== 1", "== 2"), encoding="utf-8")
    assert made(source)


def test_a_change_of_another_module_does_not_count(
    source: load.Source, made: Callable[[load.Source], bool]
) -> None:
    made(source)
    source.module.with_name("Other.tla").write_text("changed", encoding="utf-8")
    assert not made(source)


def test_a_new_module_that_hides_a_standard_one_counts(
    source: load.Source, made: Callable[[load.Source], bool]
) -> None:
    made(source)
    hidden = "---- MODULE Naturals ----\n====\n"
    source.module.with_name("Naturals.tla").write_text(hidden, encoding="utf-8")
    assert made(source)


def test_a_copy_of_one_of_our_modules_beside_the_spec_counts(
    tmp_path: Path, made: Callable[[load.Source], bool]
) -> None:
    path = tmp_path / "User.tla"
    path.write_text("---- MODULE User ----\nEXTENDS Folds\n====\n", encoding="utf-8")
    source = load.locate(path, Config())
    made(source)
    ours = modules_folder() / "Folds.tla"
    (tmp_path / "Folds.tla").write_bytes(ours.read_bytes())
    assert made(source), "the same text, but no natives stand for it"


@pytest.mark.parametrize(
    "change",
    [
        {"constants": {"N": 4}},
        {"constants": {"N": "3"}},
        {"constants": {"N": frozenset({3})}},
        {"constants": {"M": 3}},
        {"overrides": {"x": "b"}},
        {"invariants": ("b",)},
        {"check_deadlock": False},
        {"specification": "Other"},
    ],
    ids=str,
)
def test_what_the_cfg_says_counts(
    source: load.Source,
    made: Callable[[load.Source], bool],
    change: dict[str, object],
) -> None:
    made(source)
    other = replace(source.config, **change)  # type: ignore[arg-type] # as listed
    assert made(replace(source, config=other))


def test_how_the_cfg_is_written_does_not_count(
    source: load.Source, made: Callable[[load.Source], bool], tmp_path: Path
) -> None:
    texts = (
        "SPECIFICATION Spec\nCONSTANT N = 3\n",
        "\\* a comment\nSPECIFICATION\n  Spec  CONSTANT N=3\n",
    )
    found = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.cfg"
        path.write_text(text, encoding="utf-8")
        config = load.read_config(path)
        found.append(made(replace(source, config=config)))
    assert found == [True, False]


def test_a_change_of_the_engine_or_of_python_counts(
    source: load.Source,
    made: Callable[[load.Source], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made(source)
    load.engine.cache_clear()
    assert not made(source)
    load.engine.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr("sys.version", "4.0")
        assert made(source)
    load.engine.cache_clear()
    sources = load._sources()
    monkeypatch.setattr(load, "_sources", lambda: sources[1:])
    assert made(source)
    load.engine.cache_clear()


def test_the_engine_is_all_sources_that_compile_or_run_a_program() -> None:
    names = {path.name for path in load._sources()}
    assert {"emit.py", "ops.py", "sets.py", "model.py", "config.lark"} <= names


def entry(cache: Path) -> Path:
    (found,) = (cache / "programs").iterdir()
    return found


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda data: data[:-1],
        lambda data: data[:20],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda _: hashlib.sha256(b"not a pickle").digest() + b"not a pickle",
    ],
)
def test_a_damaged_entry_is_made_again_silently(
    source: load.Source,
    made: Callable[[load.Source], bool],
    cache: Path,
    damage: Callable[[bytes], bytes],
) -> None:
    made(source)
    path = entry(cache)
    path.write_bytes(damage(path.read_bytes()))
    assert made(source)
    assert not made(source)


def test_an_entry_that_cannot_be_read_or_written_costs_only_time(
    source: load.Source, made: Callable[[load.Source], bool], cache: Path
) -> None:
    made(source)
    path = entry(cache)
    path.unlink()
    path.mkdir()
    assert made(source)
    assert made(source)


class Evil:
    """Its pickle does something when it is read."""

    done = False

    def __reduce__(self) -> tuple[object, ...]:
        return (setattr, (Evil, "done", True))


def test_nothing_is_unpickled_that_the_digest_does_not_confirm(tmp_path: Path) -> None:
    data = pickle.dumps(Evil())
    path = tmp_path / "entry"
    path.write_bytes(hashlib.sha256(data + b"x").digest() + data)
    assert kept.load(path) is None
    assert not Evil.done
    path.write_bytes(hashlib.sha256(data).digest() + data)
    kept.load(path)
    assert Evil.done, "the digest is what kept it from being read"


def test_what_cannot_be_pickled_is_used_and_not_kept(tmp_path: Path) -> None:
    kept.store(tmp_path / "entry", lambda: None)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_bounded_and_keeps_what_was_used_last(cache: Path) -> None:
    for name in ("old", "used", "new"):
        kept.kept("things", name, lambda: b"x" * 1000)
    for age, name in enumerate(("new", "old", "used")):
        path = cache / "things" / name
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - age * 10**10))
    kept.kept("things", "used", lambda: b"never asked")
    kept.trim(cache / "things", 2500)
    assert sorted(path.name for path in (cache / "things").iterdir()) == ["new", "used"]


def test_an_entry_is_written_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "entry"
    kept.store(place, "first")

    def torn(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", torn)
    kept.store(place, "second")
    assert kept.load(place) == "first"
    assert list(tmp_path.iterdir()) == [place]


SPEC = r"""---- MODULE Real ----
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = x + 1
Spec == Init /\ [][Next]_x
====
"""


@pytest.mark.java
def test_neither_java_nor_sany_is_asked_about_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "Real.tla"
    path.write_text(SPEC, encoding="utf-8")
    first = load.load(path)

    def never() -> Toolchain:
        raise AssertionError("it was asked")

    program = load.compiled(load.locate(path), never)
    again = program.spec()
    assert list(again.initial_states()) == list(first.initial_states()) == [(0,)]
