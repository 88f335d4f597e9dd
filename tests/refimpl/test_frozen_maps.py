"""Functions as values: equal, hashable, never changed in place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.maps import FrozenMap

pairs = st.dictionaries(st.text(max_size=2), st.integers())


@given(pairs, pairs)
def test_it_is_a_dictionary_that_never_changes(
    one: dict[str, int], two: dict[str, int]
) -> None:
    frozen, given_before = FrozenMap(one), dict(one)
    assert dict(frozen | two) == one | two
    assert dict(frozen) == given_before
    assert (frozen == FrozenMap(two)) == (one == two)
    assert len(frozen) == len(one)
    assert {*frozen} == {*one}


@given(pairs)
def test_equal_ones_have_equal_hashes_whatever_the_order(given: dict[str, int]) -> None:
    backwards = dict(reversed(given.items()))
    assert FrozenMap(given) == FrozenMap(backwards)
    assert hash(FrozenMap(given)) == hash(FrozenMap(backwards))


def test_what_it_was_made_of_may_change_later() -> None:
    made_of = {"x": 1}
    frozen = FrozenMap(made_of)
    made_of["x"] = 2
    assert frozen["x"] == 1


def test_it_cannot_be_assigned_to() -> None:
    frozen = FrozenMap({"x": 1})
    with pytest.raises(TypeError):
        frozen["x"] = 2  # type: ignore[index]  # that is the mistake


def test_values_that_can_be_changed_are_noticed_by_the_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(FrozenMap({"x": [1]}))


def test_it_differs_from_a_dictionary() -> None:
    assert FrozenMap({"x": 1}) != {"x": 1}


@given(pairs, pairs)
def test_it_is_the_very_one_where_nothing_is_new(
    one: dict[str, int], two: dict[str, int]
) -> None:
    frozen = FrozenMap(one)
    assert (frozen | {**frozen}) is frozen
    assert ((frozen | two) is frozen) <= (one | two == one)
    assert [*(frozen | two).values()] == [*(one | two).values()]


def test_an_equal_value_of_another_kind_is_new() -> None:
    found = FrozenMap({"x": 1}) | {"x": True}
    assert found["x"] is True
