"""Operators of the standard modules, where they refuse and what they reach."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.errors import AssertionFails, EvaluationError
from pyspec.language.runtime.modules import CONSTANTS, PREDICATES, TABLE, native, tlc
from pyspec.values import FALSE, TRUE, ModelValue, fn, record

if TYPE_CHECKING:
    from pyspec.language.runtime.order import V


def call(name: str, *arguments: V) -> V:
    module, _, operator = name.partition("!")
    found = native(module, operator)
    assert found is not None
    return found.call(*arguments)


def test_every_predicate_is_an_operator_and_no_constant_is() -> None:
    assert set(TABLE) >= PREDICATES
    assert not set(TABLE) & set(CONSTANTS)
    assert native("Naturals", "Nat") is not None
    assert native("Mine", "Op") is None


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Sequences!Len", (1,)),
        ("Sequences!Len", (fn({2: 2}),)),
        ("Sequences!Head", ((),)),
        ("Sequences!Head", ("",)),
        ("Sequences!Tail", ((),)),
        ("Sequences!Append", (1, 2)),
        ("Sequences!\\o", ("a", (1,))),
        ("Sequences!\\o", ((1,), 1)),
        ("Sequences!SubSeq", ((1, 2), 0, 1)),
        ("Sequences!SubSeq", ((1, 2), 1, 3)),
        ("Sequences!SubSeq", ((1, 2), "a", 3)),
        ("Sequences!SelectSeq", (1, bool)),
        ("FiniteSets!Cardinality", (sets.NAT,)),
        ("FiniteSets!Cardinality", (1,)),
        ("FiniteSets!IsFiniteSet", (1,)),
        ("Bags!SetToBag", (1,)),
        ("Bags!BagCardinality", ((0,),)),
        ("Bags!(+)", (1, ())),
        ("Bags!BagIn", (1, 2)),
        ("Bags!BagUnion", (1,)),
        ("TLC!@@", (1, ())),
        ("TLC!@@", ((1,), record(a=1))),
        ("TLC!Permutations", (1,)),
        ("TLC!Permutations", (ops.interval(1, 12),)),
        ("TLC!RandomElement", (frozenset(),)),
        ("TLC!RandomElement", (frozenset({1, 2}),)),
        ("TLC!TLCGet", (17,)),
        ("TLC!TLCSet", ("exit", TRUE)),
        ("Randomization!RandomSubset", (1, frozenset({1, 2}))),
        ("Reals!/", (1, 2)),
        ("TLCExt!TLCModelValue", (1,)),
    ],
)
def test_wrong_arguments_are_refused(name: str, arguments: tuple[V, ...]) -> None:
    with pytest.raises(EvaluationError):
        call(name, *arguments)


def test_strings_are_sequences_of_characters_as_in_tlc() -> None:
    assert call("Sequences!\\o", "ab", "c") == "abc"
    assert call("Sequences!Tail", "ab") == "b"
    assert call("Sequences!SubSeq", "abc", 2, 3) == "bc"


def test_a_subsequence_that_ends_before_it_starts_is_empty_anywhere() -> None:
    assert call("Sequences!SubSeq", (1, 2), 9, 3) == ()


def test_bags_count() -> None:
    bag = call("Bags!(+)", fn({"a": 1}), fn({"a": 2, "b": 1}))
    assert bag == fn({"a": 3, "b": 1})
    assert call("Bags!(-)", bag, fn({"a": 9})) == fn({"b": 1})
    assert call("Bags!BagCardinality", bag) == 4
    assert len(call("Bags!SubBag", bag)) == 8
    assert call("Bags!\\sqsubseteq", fn({"b": 1}), bag)
    assert not call("Bags!\\sqsubseteq", fn({"c": 1}), bag)


def test_sorting_keeps_the_order_of_equals() -> None:
    pairs = ((1, "x"), (0, "y"), (1, "z"), (0, "w"))
    done = call("TLC!SortSeq", pairs, lambda a, b: a[0] < b[0])
    assert [name for _, name in done] == ["y", "w", "x", "z"]


def test_the_first_function_wins_in_a_combination() -> None:
    assert call("TLC!@@", (1, 2), (3, 4, 5)) == (1, 2, 5)


def test_a_false_assertion_carries_its_message() -> None:
    assert call("TLC!Assert", TRUE, "fine")
    with pytest.raises(AssertionFails, match="Assert is false: no leader"):
        call("TLC!Assert", FALSE, "no leader")


def test_printing_goes_where_it_is_told() -> None:
    lines: list[str] = []
    token = tlc.printer.set(lines.append)
    try:
        assert call("TLC!PrintT", frozenset({2, 1}))
        assert call("TLC!Print", "x", sets.NAT) is sets.NAT
    finally:
        tlc.printer.reset(token)
    assert lines == ["{1, 2}", '"x"  Nat']


def test_chance_takes_a_seed() -> None:
    token = tlc.dice.set(Random(0))  # noqa: S311 - one seed, one element
    try:
        assert call("TLC!RandomElement", frozenset({1, 2})) in {1, 2}
        assert len(call("Randomization!RandomSubset", 2, frozenset({1, 2, 3}))) == 2
        assert len(call("Randomization!RandomSetOfSubsets", 2, 1, frozenset({1}))) <= 2
    finally:
        tlc.dice.reset(token)


def test_registers_hold_what_was_set() -> None:
    token = tlc.registers.set(None)
    try:
        assert call("TLC!TLCSet", 1, "a")
        assert call("TLC!TLCSet", 2, "b")
        assert call("TLC!TLCGet", 1) == "a"
    finally:
        tlc.registers.reset(token)


def test_extensions_of_tlc_that_are_values() -> None:
    assert call("TLCExt!TLCModelValue", "m") is ModelValue("m")
    assert call("TLCExt!AssertEq", 1, 1)
