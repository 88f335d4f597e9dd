"""`pyspec.load`: modules by path or slug, cfgs by name, constants by value or text."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import pyspec
from pyspec.errors import Mistake
from pyspec.language import modules_folder
from pyspec.language.load import Standard, locate
from pyspec.tla2tools import Config
from pyspec.values import ModelValue, fn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyspec.values import Value

COUNTER = r"""---- MODULE Counter ----
EXTENDS Naturals
CONSTANT Most
VARIABLE x
Init == x = 0
Next == x < Most /\ x' = x + 1
Spec == Init /\ [][Next]_x
====
"""


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    path = tmp_path / "Counter.tla"
    path.write_text(COUNTER, encoding="utf-8")
    (tmp_path / "Two.cfg").write_text("INIT Init\nNEXT Next\nCONSTANT Most = 2\n")
    return path


@pytest.fixture
def here(counter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(counter.parent)


def reached(
    target: Path | str,
    config: Config | Path | str | None = None,
    constants: Mapping[str, Value | str] | None = None,
) -> int:
    """How many values x has."""
    spec = pyspec.load(target, config, constants)
    seen, todo = set(), list(spec.initial_states())
    while todo:
        state = todo.pop()
        seen.add(state)
        todo += [s.state for s in spec.successors(state) if s.state not in seen]
    return len(seen)


@pytest.mark.java
def test_a_cfg_is_found_by_path_by_name_and_beside_its_module(counter: Path) -> None:
    assert reached(counter, counter.with_name("Two.cfg")) == 3
    assert reached(str(counter), "Two.cfg") == 3
    assert reached(counter, "Two") == 3
    beside = counter.with_suffix(".cfg")
    beside.write_text("SPECIFICATION Spec\nCONSTANT Most = 5\n")
    assert reached(counter) == 6
    made = Config(specification="Spec", constants={"Most": 7})
    assert reached(counter, made) == 8


@pytest.mark.java
def test_without_a_cfg_spec_is_checked_with_the_constants_given(counter: Path) -> None:
    assert reached(counter, constants={"Most": 1}) == 2
    with pytest.raises(Mistake, match="Most"):
        pyspec.load(counter)


@pytest.mark.java
def test_constants_come_before_those_of_the_cfg(counter: Path) -> None:
    assert reached(counter, "Two", {"Most": 4}) == 5
    assert reached(counter, "Two", {"Most": "3"}) == 4


def test_text_of_a_constant_is_tla_and_other_values_are_themselves(
    counter: Path,
) -> None:
    given = {"A": "{r1, r2}", "B": '"text"', "C": fn({1: 2}), "D": ModelValue("m")}
    source = locate(counter, "Two", given)
    r1, r2 = ModelValue("r1"), ModelValue("r2")
    wanted = {"A": frozenset({r1, r2}), "B": "text", "C": (2,), "D": ModelValue("m")}
    assert source.config.constants == {"Most": 2, **wanted}


def test_a_constant_given_takes_the_place_of_an_operator(counter: Path) -> None:
    config = Config(specification="Spec", overrides={"Most": "Three"})
    source = locate(counter, config, {"Most": 1})
    assert source.config.overrides == {}
    assert source.config.constants == {"Most": 1}


def test_a_slug_means_its_model_module_with_hyphens_too() -> None:
    for slug in ("two_phase_commit", "two-phase-commit"):
        source = locate(slug, "MCTwoPhaseCommitHasty")
        assert source.module.name == "MCTwoPhaseCommit.tla"
        assert source.config.overrides


def test_our_modules_come_last(counter: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    source = locate(counter, "Two", library=[library])
    assert source.folders == (counter.parent, library, modules_folder())


def test_a_module_of_ours_is_standard_unless_the_spec_brings_its_own() -> None:
    ours = Standard(own=frozenset({"Mine"}), ours=frozenset({"FiniteSetsExt"}))
    assert ours("FiniteSetsExt")
    assert ours("Naturals")
    assert not ours("Mine")
    theirs = Standard(own=frozenset({"FiniteSetsExt", "Naturals"}), ours=frozenset())
    assert not theirs("FiniteSetsExt")
    assert not theirs("Naturals")
    assert not Standard(frozenset(), frozenset())("FiniteSetsExt"), "from another jar"


SHADOW = r"""---- MODULE Shadow ----
EXTENDS SequencesExt
VARIABLE x
Init == x = 0
Next == x' = Last(<<1, 2, 3>>)
Spec == Init /\ [][Next]_x
====
"""


@pytest.mark.java
def test_a_spec_may_bring_a_module_of_the_name_of_one_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "Shadow.tla"
    path.write_text(SHADOW, encoding="utf-8")
    (state,) = pyspec.load(path).initial_states()
    steps = pyspec.load(path).successors(state)
    assert [step.state for step in steps] == [(3,)]
    mine = "---- MODULE SequencesExt ----\nLast(s) == 7\n====\n"
    (tmp_path / "SequencesExt.tla").write_text(mine, encoding="utf-8")
    steps = pyspec.load(path).successors(state)
    assert [step.state for step in steps] == [(7,)]


@pytest.mark.parametrize(
    ("target", "config", "constants", "words"),
    [
        ("no_such_protocol", None, {}, "no protocol 'no_such_protocol'"),
        ("nowhere/A.tla", None, {}, "does not exist"),
        (".", None, {}, "no protocol"),
        ("Counter.tla", "Three", {}, "cannot be read"),
        ("Counter.tla", "Two", {"Most": "{1"}, "constant Most"),
    ],
)
def test_what_is_not_there_or_not_to_be_read_is_a_mistake(
    here: None, target: str, config: str | None, constants: dict[str, str], words: str
) -> None:
    del here
    with pytest.raises(Mistake, match=words):
        pyspec.load(target, config, constants)


def test_importing_pyspec_imports_nothing_of_it() -> None:
    code = (
        "import sys, pyspec, pyspec.tla2tools, pyspec.language, pyspec.explore; "
        "print([m for m in sys.modules if m in ('lark', 'networkx', 'psutil', 'rich')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
