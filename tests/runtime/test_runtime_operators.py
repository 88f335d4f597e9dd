"""Operators on sets, functions and integers, their order and their limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.order import V, order_of_names
from pyspec.values import FALSE, TRUE, ModelValue, fn, fn_maker, record

M, N = ModelValue("m"), ModelValue("n")
few = st.frozensets(st.integers(min_value=0, max_value=4), max_size=4)
LEAST, MOST = -(2**31), 2**31 - 1


@given(few, few)
def test_lazy_and_built_sets_have_the_same_operators(s: V, t: V) -> None:
    lazy, other = sets.Filter(sets.NAT, s.__contains__), sets.Product(t)
    assert sets.finite(ops.cap(t, lazy)) == s & t
    assert sets.finite(ops.setminus(t, lazy)) == t - s
    assert sets.finite(other) == {(v,) for v in t}
    assert ops.subseteq(t, ops.cup(lazy, t))


@given(few)
def test_size_counts_what_elements_gives(s: V) -> None:
    for lazy in (
        ops.subset(s),
        ops.func_set(s, frozenset({1, 2})),
        ops.record_set(("b", "a"), s, s),
        ops.product(s, s),
    ):
        every = list(sets.elements(lazy))
        assert len(every) == len(set(every)) == sets.size(lazy)
        assert all(sets.contains(lazy, one) for one in every)
        assert list(sets.elements(frozenset(every))) == every


def test_choose_takes_the_first_in_the_order_of_tlc() -> None:
    def take(s: V) -> V:
        return ops.choose(s, lambda _: True)

    assert take(frozenset({3, 1, 2})) == 1
    assert take(frozenset({3, M})) is M
    assert take(sets.BOOLEAN) is FALSE
    assert take(frozenset({(2,), (1, 1), (1,)})) == (1,)
    with order_of_names(["n", "m", "z", "a"]):
        assert take(frozenset({M, N})) is N
        assert take(frozenset({"a", "z"})) == "z"
    assert take(frozenset({M, N})) is M


def test_choose_without_a_witness_says_so() -> None:
    with pytest.raises(EvaluationError, match="nothing to choose") as caught:
        ops.choose(frozenset({1}), lambda _: False, at="M:1:2")
    assert str(caught.value).startswith("M:1:2: ")


@pytest.mark.parametrize(
    "compute",
    [
        lambda: ops.add(MOST, 1),
        lambda: ops.sub(LEAST, 1),
        lambda: ops.mul(65536, 65536),
        lambda: ops.exp(2, 31),
        lambda: ops.exp(7, 10**9),
        lambda: ops.neg(LEAST),
        lambda: ops.div(LEAST, -1),
        lambda: ops.exp(0, 0),
        lambda: ops.exp(2, -1),
        lambda: ops.div(1, 0),
        lambda: ops.mod(1, 0),
        lambda: ops.mod(1, -1),
        lambda: ops.add(1, TRUE),
        lambda: ops.lt("a", "b"),
        lambda: ops.interval(1, "a"),
        lambda: sets.elements(sets.NAT),
        lambda: sets.finite(ops.subset(ops.interval(1, 30))),
        lambda: list(sets.elements(ops.subset(ops.interval(1, 10**6)))),
        lambda: sets.plain((sets.NAT,)),
        lambda: ops.set_of(1, "a"),
        lambda: ops.set_of((1,), ("a",)),
        lambda: ops.cup(frozenset({1}), frozenset({"a"})),
        lambda: ops.big_union(frozenset({1})),
        lambda: ops.subset(1),
        lambda: ops.apply((1, 2), 0),
        lambda: ops.apply((1, 2), 3),
        lambda: ops.apply(record(a=1), "b"),
        lambda: ops.apply(1, 1),
        lambda: ops.except_at(1, 1, 1),
        lambda: ops.except_at((1,), "a", 1),
        lambda: ops.domain(1),
        lambda: ops.truth(1),
        ops.no_case,
        ops.choose_unbounded,
    ],
)
def test_what_has_no_value_is_refused(compute: V) -> None:
    with pytest.raises(EvaluationError):
        compute()


def test_division_rounds_down_and_the_remainder_is_not_negative() -> None:
    assert (ops.div(-7, 2), ops.div(7, -2), ops.mod(-7, 3)) == (-4, -4, 2)


@given(few, st.integers(min_value=0, max_value=4))
def test_except_changes_one_value_of_the_domain_and_no_other(s: V, key: int) -> None:
    before = ops.function(lambda x: x, s)
    after = ops.except_at(before, key, "new")
    expected = fn({x: "new" if x == key else x for x in s})
    assert after == expected
    assert hash(after) == hash(expected)
    assert ops.except_with(before, key, lambda _: "new") == expected
    lazy = ops.recursive(lambda _, x: x, s)
    assert ops.eq(ops.except_at(lazy, key, "new"), expected)


@given(st.permutations([0, 2, 5]))
def test_a_maker_takes_values_in_the_order_of_its_keys(keys: list[int]) -> None:
    assert fn_maker(keys)(tuple(map(str, keys))) == fn({0: "0", 2: "2", 5: "5"})


@given(st.permutations([1, 2, 3]))
def test_a_maker_on_one_to_n_makes_tuples(keys: list[int]) -> None:
    assert fn_maker(keys)(tuple(keys)) == (1, 2, 3)


def test_a_recursive_function_computes_each_value_once() -> None:
    seen: list[int] = []

    def body(self: V, n: int) -> V:
        seen.append(n)
        return n if n < 2 else ops.add(ops.apply(self, n - 1), ops.apply(self, n - 2))

    fib = ops.recursive(body, sets.NAT)
    assert ops.apply(fib, 20) == 6765
    assert len(seen) == 21
    with pytest.raises(EvaluationError, match="not in the domain"):
        ops.apply(fib, -1)


def test_a_function_of_two_arguments_is_a_function_of_pairs() -> None:
    f = ops.function_n(ops.add, frozenset({1, 2}), frozenset({5}))
    assert f == fn({(1, 5): 6, (2, 5): 7})
    assert ops.function_n(ops.add, frozenset(), frozenset({5})) == ()


def test_records_are_made_in_the_order_given() -> None:
    make = ops.record_maker(("z", "a"))
    assert make(1, 2) == record(z=1, a=2)
    assert ops.field(make(1, 2), "z") == 1


def test_plain_leaves_nothing_lazy_and_changes_no_value() -> None:
    kept = (frozenset({(1, record(a=2))}), "a")
    assert sets.plain(kept) == kept
    lazy: V = ops.subset(frozenset({1}))
    built = sets.plain((record(a=lazy),))
    assert type(built[0]["a"]) is frozenset
