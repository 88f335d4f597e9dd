"""Equality and membership: TRUE, FALSE, or refused, whatever the hash seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.ops import LazyFunction, eq, function, ne, subset
from pyspec.language.runtime.sets import INT, NAT, Interval, contains, plain
from pyspec.values import FALSE, TRUE, ModelValue, fn, record

if TYPE_CHECKING:
    from pyspec.language.runtime.order import V

M, N = ModelValue("m"), ModelValue("n")
TYPED, TYPED_ALIKE, TYPED_OTHERWISE = map(ModelValue, ("T_a", "T_b", "S_a"))
integers = st.integers(min_value=-3, max_value=3)
one_kind = st.recursive(
    integers,
    lambda inner: (
        st.frozensets(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from("ab"), inner, min_size=1).map(fn)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, "a"),
        (TRUE, 1),
        (FALSE, 0),
        ("a", TRUE),
        (frozenset(), 0),
        (frozenset({1}), frozenset({"a"})),
        ((1,), ("a",)),
        ((1,), frozenset({1})),
        (record(a=1), record(a="x")),
        (record(a=1), (1,)),
        (fn({0: 1}), fn({0: "a"})),
        (TYPED, 1),
        (TYPED, TYPED_OTHERWISE),
        (frozenset({1}), NAT),
        (NAT, 1),
    ],
)
def test_values_of_unlike_kinds_are_not_compared(a: V, b: V) -> None:
    for left, right in ((a, b), (b, a)):
        with pytest.raises(EvaluationError, match="compared"):
            eq(left, right)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (M, 1),
        (M, N),
        (M, frozenset()),
        (TYPED, TYPED_ALIKE),
        (TYPED, M),
        (frozenset({1}), frozenset({"a", "b"})),
        ((1, 2), ("a",)),
        ((1, "a"), (2, 3)),
        (record(a=1), record(b="x")),
        (record(a="x", b=1), record(a=1, b=2)),
        (record(a=1), ()),
        (NAT, INT),
    ],
)
def test_values_that_differ_for_sure_are_unequal(a: V, b: V) -> None:
    assert ne(a, b)
    assert ne(b, a)


@given(one_kind)
def test_equality_is_that_of_python_on_equal_values(value: V) -> None:
    assert eq(value, value)
    assert eq(plain(value), value)


@given(st.lists(integers, max_size=4), st.lists(integers, max_size=4))
def test_equality_agrees_with_python_on_integers(a: list[int], b: list[int]) -> None:
    assert eq(tuple(a), tuple(b)) is (a == b)
    assert eq(frozenset(a), frozenset(b)) is (set(a) == set(b))


@given(st.frozensets(integers, max_size=4))
def test_a_lazy_set_equals_the_built_one_and_hashes_alike(base: V) -> None:
    lazy = subset(base)
    assert eq(lazy, plain(lazy))
    assert eq(plain(lazy), lazy)
    assert hash(lazy) == hash(plain(lazy))
    assert {lazy: 1}[plain(lazy)] == 1


def test_an_interval_equals_the_set_of_its_numbers() -> None:
    assert eq(Interval(1, 3), frozenset({1, 2, 3}))
    assert ne(Interval(1, 3), frozenset({1, 2, 4}))


def test_a_lazy_function_equals_the_built_one() -> None:
    lazy = LazyFunction(frozenset({1, 2}), lambda x: x)
    assert eq(lazy, (1, 2))
    assert ne((2, 1), lazy)
    assert ne(lazy, M)


def test_a_function_on_an_infinite_domain_is_not_compared() -> None:
    with pytest.raises(EvaluationError, match="infinitely many"):
        eq(function(lambda x: x, NAT), ())


@pytest.mark.parametrize(
    ("s", "v"),
    [
        (frozenset({"a"}), 1),
        (frozenset({M, "a"}), 1),
        (frozenset({TYPED}), 1),
        (1, 1),
        (M, 1),
        (NAT, "a"),
        (subset(NAT), 1),
    ],
)
def test_what_cannot_be_an_element_is_refused(s: V, v: V) -> None:
    with pytest.raises(EvaluationError):
        contains(s, v)


def test_a_model_value_may_be_asked_for_in_any_set() -> None:
    assert not contains(frozenset({1}), M)
    assert not contains(NAT, M)
    assert not contains(frozenset({M, 1}), 2)
    assert contains(frozenset({M, 1}), M)


def test_booleans_are_no_integers_in_sets() -> None:
    with pytest.raises(EvaluationError):
        contains(frozenset({1}), TRUE)
