"""Replay decides of made-up traces of made-up specs what a search of all states does.

The specs differ in what their actions read and change, of one name or of others, so
that steps are followed by kinds, by columns, and without either.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import chain, permutations, product
from typing import TYPE_CHECKING

import pytest

from pyspec import load
from pyspec.conformance import ask, columns, load_spec, walk
from pyspec.conformance.asking import Asker
from pyspec.conformance.columns import Columns
from pyspec.conformance.footprint import _Reading
from pyspec.conformance.walk import Walk
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.stepping import Steps
from pyspec.tla2tools import Config, find_toolchain
from pyspec.values import ModelValue
from pyspec.values.names import Renaming
from tests.conformance.made_up_specs import Author
from tests.conformance.made_up_traces import Recorder, search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyspec.conformance.walk import Asking
    from pyspec.trace import Trace
    from pyspec.values import Value
    from tests.conformance.made_up_traces import Found

PEOPLE = tuple(map(ModelValue, ("p1", "p2", "p3")))
MOST = 30
"""States that a trace may lead to."""

THINGS = tuple(map(ModelValue, ("t1", "t2")))


@dataclass
class Case:
    """Traces of one spec, with what is found without replay."""

    asking: Asking
    traces: list[tuple[Trace, Found]]
    random: random.Random

    @classmethod
    def of(cls, folder: Path, seed: int, traces: int) -> Case:
        """Make up a spec, and so many traces at most."""
        chance = random.Random(seed)  # noqa: S311 - to be repeated
        author = Author(chance)
        for name, text in author.modules().items():
            (folder / f"{name}.tla").write_text(text)
        constants: dict[str, Value] = {
            "P": frozenset(PEOPLE),
            "T": frozenset(THINGS),
            "None": ModelValue("none"),
        }
        if author.boss:
            constants["Boss"] = chance.choice(PEOPLE)
        told = load(
            folder / "Told.tla", Config(init="Begin", next="Go", constants=constants)
        )
        mentions = chance.choice((0, 0, 0, 0.1, 0.4))
        people = frozenset((*PEOPLE, *THINGS))
        recorder = Recorder(
            told, constants, chance, people, author.from_states, mentions
        )
        found = [*recorded(recorder, traces)]
        toolchain = find_toolchain()
        config = Config(init="Init", next="Next", constants=constants)
        facts = load_spec(toolchain, folder / "Made.tla", config)
        asked = [(ask(facts, trace).trace, answer) for trace, answer in found]
        asker = Asker(facts, constants, lambda: toolchain)
        return cls(asker.asking([trace for trace, _ in asked]), asked, chance)

    def differing(self) -> Iterator[tuple[Trace, Found, Found]]:
        """Yield the traces that replay decides otherwise, and what both say."""
        for trace, wanted in self.traces:
            way = Walk(self.asking, trace, lambda: None, whole=True)
            fits = way.go()
            found = fits, way.matched, all_alike(way)
            same = found[2] <= wanted[2] if fits else found[2] == wanted[2]
            if found[:2] != wanted[:2] or not same:
                yield trace, found, wanted


def recorded(recorder: Recorder, number: int) -> Iterator[tuple[Trace, Found]]:
    """Yield traces, without those that take long or come to what has no value."""
    for _ in range(number):
        try:
            trace = recorder.trace()
            found = search(recorder, trace)
        except EvaluationError:
            continue
        if len(found[2]) <= MOST:
            yield trace, found


def all_alike(way: Walk) -> frozenset[tuple[Value, ...]]:
    """Return the states of a walk, and all that differ only in names alike."""
    classes = way._kinds.classes if way._kinds is not None else ()
    names = [*chain(*classes)]
    renamed = product(*map(permutations, classes))
    exchanges = [
        Renaming(dict(zip(names, chain(*each), strict=True))) for each in renamed
    ]
    return frozenset(
        tuple(map(each.of, state)) for each in exchanges for state in way.states
    )


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for kinds, and go depth first, however few states there are."""
    monkeypatch.setattr(walk, "_FEW", 0)
    monkeypatch.setattr(walk, "_MANY", 1)


BROKEN: dict[int, tuple[type, str, Callable[..., object]]] = {
    3: (_Reading, "reads", lambda *_: None),
    28: (Steps, "_as_good", lambda *_: set()),
    34: (Columns, "_has_names", lambda *_: False),
}
"""By seed of a spec that notices: footprints without what is read, choices that
nobody takes note of, and names that are elsewhere in what a step looks at."""


@pytest.mark.java
@pytest.mark.parametrize("seed", BROKEN)
def test_replay_agrees_with_a_search_and_does_not_if_it_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    case = Case.of(tmp_path, seed, 70)
    with monkeypatch.context() as while_broken:
        while_broken.setattr(*BROKEN[seed])
        assert [*case.differing()]
    assert not [*case.differing()]


@pytest.mark.java
@pytest.mark.nightly
@pytest.mark.parametrize("many", [1, 10**6])
@pytest.mark.parametrize("seed", range(100, 140))
def test_replay_agrees_with_a_search_for_many_specs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, many: int
) -> None:
    monkeypatch.setattr(walk, "_MANY", many)
    monkeypatch.setattr(columns, "_ENOUGH", 3 if seed % 3 else 256)
    assert not [*Case.of(tmp_path, seed, 150).differing()]
