"""The empty function is also the empty tuple; and what PrintT makes of lazy parts."""

from __future__ import annotations

import pytest

from pyspec.language.runtime import ops
from pyspec.language.runtime.modules.tlc import print_true, printer, to_string
from pyspec.values import ModelValue


@pytest.mark.parametrize("key", [1, "a", ModelValue("m"), (1, 2), frozenset()])
def test_the_empty_function_stays_as_it_is_whatever_the_key(key: object) -> None:
    assert ops.except_at((), key, 1) == ()
    assert ops.except_with((), key, lambda old: old) == ()


def test_structures_that_hold_lazy_sets_are_printed() -> None:
    lazy = ops.subset(frozenset({1}))
    assert to_string((1, lazy)) == "<<1, {{}, {1}}>>"
    texts: list[str] = []
    token = printer.set(texts.append)
    try:
        print_true((lazy,))
    finally:
        printer.reset(token)
    assert texts == ["<<{{}, {1}}>>"]
