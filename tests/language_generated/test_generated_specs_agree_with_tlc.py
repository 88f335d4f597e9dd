"""Random expressions and machines: the native engine says what TLC says.

The seed is fixed here and new every night; `hunt.py` looks for longer.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyspec.language.runtime import modules, ops, sets
from pyspec.tla2tools import Toolchain, find_toolchain
from tests.language_generated.compare import (
    Comparison,
    compare_machines,
    compare_terms,
    compared_again,
)
from tests.language_generated.generate import INT, Generator, Scope, Term
from tests.language_generated.hunt import (
    disagreements,
    shown,
    shrunk,
    some_machines,
    some_terms,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LAZY = True  # whether arguments may be undefined where nothing uses them
SEED, ILL_TYPED = 5, 6


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def terms(toolchain: Toolchain) -> list[Comparison]:
    return compare_terms(toolchain, some_terms(SEED, 500, lazy=LAZY))


@pytest.mark.java
def test_expressions_have_tlcs_values_and_refusals(terms: list[Comparison]) -> None:
    assert shown_disagreements(terms, SEED) == []
    sorts = Counter(each.sort for each in terms)
    assert sorts["answered", "answered"] > 300
    assert sorts["refused", "refused"] > 50


@pytest.mark.java
def test_ill_typed_expressions_are_refused_as_tlc_does(toolchain: Toolchain) -> None:
    compared = compare_terms(toolchain, some_terms(ILL_TYPED, 200, lazy=LAZY))
    assert shown_disagreements(compared, ILL_TYPED) == []
    assert sum(each.sort == ("refused", "refused") for each in compared) > 30


@pytest.mark.java
def test_machines_have_tlcs_labelled_steps(toolchain: Toolchain) -> None:
    machines = some_machines(SEED, 40, lazy=LAZY)
    compared = compare_machines(toolchain, machines, refusals=2)
    assert shown_disagreements(compared, SEED) == []
    walks = [each.ours for each in compared if each.sort == ("answered", "answered")]
    assert len(walks) > 20
    assert sum(len(walk.edges) for walk in walks) > 100


@pytest.mark.java
@pytest.mark.nightly
@pytest.mark.parametrize("batch", range(10))
def test_every_night_other_ones(toolchain: Toolchain, batch: int) -> None:
    seed = int(time.time()) // 3600 * 10 + batch
    compared = compare_terms(toolchain, some_terms(seed, 500, lazy=LAZY))
    assert shown_disagreements(compared, seed) == [], f"of seed {seed}"
    compared = compare_machines(
        toolchain, some_machines(seed, 50, lazy=LAZY), refusals=4
    )
    assert shown_disagreements(compared, seed) == [], f"of seed {seed}"


def shown_disagreements(compared: Iterable[Comparison], seed: int) -> list[str]:
    wrong = disagreements(compared, seed)
    return [shown(each) for each in sorted(wrong, key=lambda each: each.subject.size())]


def less_one_more(a: int, b: int) -> int:
    return a - b - 1


def changed_again(f: Any, key: Any, update: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    """Let @ be the value after the change."""
    return RIGHT_EXCEPT(RIGHT_EXCEPT(f, key, update), key, update)


def all_but_one(s: Any) -> list[Any]:  # noqa: ANN401
    return list(RIGHT_MEMBERS(s))[1:]


RIGHT_EXCEPT, RIGHT_MEMBERS = ops.except_with, sets.members


@pytest.mark.java
@pytest.mark.parametrize(
    ("where", "name", "wrong"),
    [
        (modules.TABLE, "-", less_one_more),
        (ops, "except_with", changed_again),
        (sets, "members", all_but_one),
        (ops, "eq", lambda a, b: a is b),
    ],
)
def test_a_wrong_operator_is_noticed(  # noqa: PLR0913, PLR0917 - fixtures, parameters
    toolchain: Toolchain,
    terms: list[Comparison],
    where: Any,  # noqa: ANN401 - a module or a table
    name: str,
    wrong: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if isinstance(where, dict):
        for key in [key for key in where if key[1] == name]:
            monkeypatch.setitem(where, key, wrong)
    else:
        monkeypatch.setattr(where, name, wrong)
    assert shown_disagreements(compared_again(toolchain, terms), SEED)


def test_a_seed_gives_the_same_terms() -> None:
    assert some_terms(3, 20) == some_terms(3, 20)
    assert some_terms(3, 20) != some_terms(4, 20)
    assert some_machines(3, 5) == some_machines(3, 5)


def test_smaller_terms_are_smaller_and_name_nothing_new() -> None:
    generator = Generator("shrink")
    for _ in range(50):
        term = generator.term(generator.kind(), Scope(3))
        for other in term.smaller():
            assert other.kind == term.kind
            assert other.free() <= term.free()


def test_a_disagreement_is_shrunk_to_what_matters() -> None:
    generator = Generator("wrong")
    large = next(
        term
        for term in iter(lambda: generator.term(INT, Scope(5)), None)
        if "Sum" in str(term) and term.size() > 20
    )

    def without_sums(some: Sequence[Any]) -> list[Comparison]:
        return [Comparison(one, 1, 1 + ("Sum" in str(one))) for one in some]

    (small,) = shrunk(without_sums([large]), without_sums)
    assert str(small.subject) == "Sum({})"
    assert isinstance(small.subject, Term)
