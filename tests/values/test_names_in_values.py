"""Names in values are found, and replaced all at once, at any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyspec.testing import strategies as ours
from pyspec.values import Fn, ModelValue, fn, show
from pyspec.values.names import Renaming, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspec.values import Value

A, B, C = map(ModelValue, "abc")
NAMES = st.sampled_from([A, B, C])
VALUES: st.SearchStrategy[Value] = st.recursive(
    NAMES | ours.scalars(),
    lambda inside: (
        st.frozensets(inside, max_size=3)
        | st.lists(inside, max_size=3).map(tuple)
        | st.dictionaries(inside, inside, max_size=3).map(fn)
    ),
    max_leaves=8,
)


def plainly(value: Value, names: dict[ModelValue, Value]) -> Value:
    if isinstance(value, Fn):
        return fn({plainly(k, names): plainly(v, names) for k, v in value.items()})
    if isinstance(value, tuple):
        return tuple(plainly(part, names) for part in value)
    if isinstance(value, frozenset):
        return frozenset(plainly(part, names) for part in value)
    return names.get(value, value) if isinstance(value, ModelValue) else value


def inside(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, Fn):
        for pair in value.items():
            yield from inside(pair)
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from inside(part)


@given(st.lists(VALUES), st.dictionaries(NAMES, VALUES, max_size=3), st.integers(0, 3))
def test_all_names_are_replaced_at_once_whatever_is_remembered(
    values: list[Value], names: dict[ModelValue, Value], kept: int
) -> None:
    renaming = Renaming(names, kept)
    for value in values:
        assert renaming.of(value) == plainly(value, names)


@given(VALUES)
def test_the_names_in_a_value_are_those_of_all_its_parts(value: Value) -> None:
    assert names_in(value) == {v for v in inside(value) if isinstance(v, ModelValue)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((A, B, C), "<<b, a, c>>"),
        (fn({A: B, C: "a"}), '(b :> a @@ c :> "a")'),
        (frozenset({A, frozenset({A, C})}), "{b, {b, c}}"),
    ],
)
def test_names_can_be_exchanged_and_strings_are_none(value: Value, text: str) -> None:
    swap = Renaming({A: B, B: A})
    assert show(swap.of(value)) == text
    assert swap.of(swap.of(value)) == value
