"""Sets made of lazy sets ask their parts, and are built only when they must be."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Callable

HUGE = ops.func_set(frozenset(range(1, 30)), frozenset(range(10)))
SMALL = ops.func_set(frozenset({1, 2}), frozenset({0, 1}))
ONE = tuple(range(1, 10)) + (0,) * 20


def never(value: object) -> bool:
    raise AssertionError(f"tested {value}")


@pytest.mark.parametrize(
    "huge",
    [
        ops.cup(HUGE, frozenset({()})),
        ops.cup(frozenset({()}), HUGE),
        ops.setminus(HUGE, frozenset({()})),
        ops.cap(HUGE, HUGE),
        ops.big_union(ops.set_of(HUGE, SMALL)),
        ops.big_union(ops.map_set(lambda n: HUGE if n else SMALL, frozenset({0, 1}))),
        ops.filter_set(HUGE, lambda f: ops.apply(f, 1) == 1),
    ],
)
def test_membership_does_not_build_a_huge_set(huge: sets.AnySet) -> None:
    assert sets.contains(huge, ONE)
    assert not sets.contains(huge, (11,) * 29)


def test_elements_come_as_they_are_asked_for() -> None:
    large = ops.func_set(frozenset(range(1, 31)), frozenset({0, 1}))
    united = ops.cup(large, SMALL)
    assert len(list(islice(iter(united), 3))) == 3
    kept = ops.filter_set(large, lambda f: ops.apply(f, 1) == 0)
    assert next(iter(kept))[0] == 0


def test_a_filter_of_a_lazy_set_tests_only_what_is_asked_for() -> None:
    kept = ops.filter_set(SMALL, never)
    assert not sets.contains(kept, (7, 7))
    with pytest.raises(AssertionError, match="tested"):
        sets.contains(kept, (0, 0))


def test_an_element_of_two_parts_comes_once() -> None:
    twice = ops.cup(SMALL, ops.func_set(frozenset({1, 2}), frozenset({0})))
    assert sorted(sets.elements(twice)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert sets.size(twice) == 4


def test_order_is_the_same_before_and_after_it_is_built() -> None:
    makers: list[Callable[[], sets.AnySet]] = [
        lambda: ops.cup(SMALL, frozenset({(2, 2), (0, 0)})),
        lambda: ops.filter_set(SMALL, lambda f: f != (0, 1)),
    ]
    for make in makers:
        streamed, built = make(), make()
        assert sets.finite(built) == frozenset(streamed)
        assert list(sets.elements(streamed)) == list(sets.elements(built))


def test_they_equal_built_sets_and_have_their_hash() -> None:
    built = frozenset({(0, 0), (0, 1), (1, 0), (1, 1)})
    for lazy in (
        ops.cup(SMALL, frozenset({(0, 0)})),
        ops.cap(SMALL, SMALL),
        ops.setminus(SMALL, frozenset({(5, 5)})),
        ops.filter_set(SMALL, lambda _: True),
        ops.big_union(ops.set_of(SMALL)),
    ):
        assert ops.eq(lazy, built)
        assert hash(lazy) == hash(built)
        assert sets.plain(lazy) == built


def test_a_set_of_lazy_sets_is_a_set_of_sets() -> None:
    listed = ops.set_of(SMALL, sets.finite(SMALL), frozenset({()}))
    assert sets.size(listed) == 2
    assert sets.contains(listed, SMALL)
    assert sets.contains(listed, frozenset({()}))
    assert not sets.contains(listed, frozenset())
    assert sets.plain((listed,)) == (frozenset({sets.finite(SMALL), frozenset({()})}),)


def test_unlike_elements_are_refused_when_the_set_is_built() -> None:
    with pytest.raises(EvaluationError):
        sets.finite(ops.cup(SMALL, frozenset({1})))
    with pytest.raises(EvaluationError):
        sets.finite(ops.set_of(SMALL, 1))


def test_infinite_ones_refuse_to_be_gone_through() -> None:
    for endless in (
        ops.cup(sets.NAT, SMALL),
        ops.setminus(sets.NAT, SMALL),
        ops.cap(sets.NAT, sets.INT),
        ops.filter_set(sets.INT, lambda n: n > 0),
    ):
        assert not sets.is_finite(endless)
        for use in (sets.elements, sets.finite, sets.size, list):
            with pytest.raises(EvaluationError):
                use(endless)


def test_only_sets_are_united() -> None:
    makers: list[Callable[[], sets.AnySet]] = [
        lambda: ops.cup(SMALL, 1),
        lambda: ops.big_union(ops.set_of(SMALL, 1)),
        lambda: ops.filter_set(1, never),
    ]
    for make in makers:
        with pytest.raises(EvaluationError):
            make()
