"""Functions with one domain share its shape, and shapes share their keys."""

from __future__ import annotations

import pytest

from pyspec.values import ModelValue, fn, record
from pyspec.values.model import Fn, Value, shared

M, N = ModelValue("m"), ModelValue("n")


def function(pairs: dict[Value, Value]) -> Fn:
    made = fn(pairs)
    assert isinstance(made, Fn)
    return made


@pytest.mark.parametrize(
    ("pairs", "key"),
    [
        ({M: 1, N: 2}, M),
        ({"a": 1}, "a"),
        ({0: 1, 5: 2}, 5),
        ({0: 1, 1: 2, 2: 3}, 0),
        ({1: 1, 2: 2, "a": 3}, "a"),
        ({(1, 2): 1, (2, 1): 2, (3, 3): 3}, (2, 1)),
    ],
)
def test_a_function_without_a_key_is_the_one_made_of_the_others(
    pairs: dict[Value, Value], key: Value
) -> None:
    rest = {other: value for other, value in pairs.items() if other != key}
    assert function(pairs).without(key) == fn(rest)
    assert function(pairs).without(key) == fn(rest)  # now the shape is known
    with pytest.raises(KeyError):
        function(pairs).without("nothing of the sort")


def test_equal_keys_of_different_shapes_are_one_object() -> None:
    one = function({record(to=M): 1, record(to=N): 2})
    other = function({record(to=M): 1, record(to="a"): 2})
    keys = [key for key in one.shape.keys if key in other]
    assert keys
    assert all(shared(record(to=M)) is key for key in keys)
    assert keys[0] is next(key for key in other.shape.keys if key == keys[0])


def test_the_kind_of_keys_is_told_if_they_have_one() -> None:
    assert function({0: 1, 2: 1}).shape.kind is int
    assert function({M: 1, N: 1}).shape.kind is ModelValue
    assert function({M: 1, "a": 1}).shape.kind is None
    messages = function({record(a=1): 1, record(b=1): 1})
    assert messages.shape.kind is Fn
    assert messages.shape.has_records
    functions = function({fn({0: 1}): 1, fn({5: 1}): 1})
    assert functions.shape.kind is Fn
    assert not functions.shape.has_records
    assert function({fn({0: 1}): 1, record(a=1): 1}).shape.kind is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("T_a", "T"), ("t_1", "t"), ("m", ""), ("S_", ""), ("1_a", ""), ("ab_c", "")],
)
def test_a_model_value_is_typed_by_its_first_letter(name: str, kind: str) -> None:
    assert ModelValue(name).kind == kind
