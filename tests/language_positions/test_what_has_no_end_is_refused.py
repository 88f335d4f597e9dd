"""Recursion without end and huge sets: refused, soon, with name and place."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pyspec.language.runtime.errors import EvaluationError
from pyspec.tla2tools.config import Config
from tests.language_positions import test_errors_have_positions as positions

if TYPE_CHECKING:
    from pyspec.language.compiled import Spec
    from pyspec.language.twin import Twin

HERE: Final = Path(__file__).parent
MODULE: Final = HERE / "Endless.tla"
RECURSIONS: Final = {
    "Forever": ("Down recurses for ever", 11),
    "Between": ("Odd and Even recurse for ever", 16),
    "Function": ("Count recurses for ever", 19),
    "Local": ("Loop recurses for ever", 23),
}
pytestmark = pytest.mark.java


CASES: Final = positions.cases(MODULE)
LARGE: Final = tuple(name for name in CASES if not name.startswith("Next"))


@pytest.fixture(scope="module")
def specs() -> tuple[Spec, Twin]:
    names = (*RECURSIONS, *LARGE, "Soon")
    found: tuple[Spec, Twin] = positions.compiled(
        MODULE, Config(init="Init", next="Next", invariants=names)
    )
    return found


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("name", RECURSIONS)
def test_what_recurses_is_named(specs: tuple[Spec, Twin], name: str) -> None:
    found, _ = positions.failure(specs, name)
    message, _ = RECURSIONS[name]
    words = message.split(" recurse")[0].split(" and ")
    assert set(found.message.split(" recurse")[0].split(" and ")) == set(words)
    assert found.where is not None
    assert len(list(found.where.lines())) < 60


@pytest.mark.parametrize("name", LARGE)
def test_a_huge_set_is_refused_by_its_place(
    specs: tuple[Spec, Twin], name: str
) -> None:
    before, started = megabytes(), time.monotonic()
    found, _ = positions.failure(specs, name)
    assert positions.is_right(found, CASES[name]), found
    assert "elements" in found.message
    assert time.monotonic() - started < 60
    assert megabytes() - before < 1_000


def test_a_huge_set_of_next_states_is_refused_at_once() -> None:
    config = Config(init="Init", next="NextLarge")
    fast, twin = positions.compiled(MODULE, config)
    (state,) = fast.initial_states()
    started = time.monotonic()
    with pytest.raises(EvaluationError) as raised:
        next(fast.successors(state))
    found = twin.locate(raised.value, None, state)
    assert isinstance(found, EvaluationError)
    assert positions.is_right(found, CASES["NextLarge"]), found
    assert time.monotonic() - started < 10


def test_what_ends_soon_is_not_refused(specs: tuple[Spec, Twin]) -> None:
    fast, _ = specs
    (state,) = fast.initial_states()
    assert fast.invariants["Soon"](state)
