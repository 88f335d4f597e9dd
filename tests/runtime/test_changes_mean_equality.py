r"""Each cheap form says what the equality that it stands for says, or nothing.

Values are small and of few kinds, so that they often are what is asked for,
and nearly as often something close to it, of which TLC refuses some.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec.language.runtime import changes
from pyspec.language.runtime.changes import Unsure
from pyspec.language.runtime.equality import is_untyped
from pyspec.language.runtime.errors import EvaluationError
from pyspec.language.runtime.modules.bags import (
    bag_cup,
    bag_in,
    bag_minus,
    set_to_bag,
)
from pyspec.language.runtime.modules.sequences import append
from pyspec.language.runtime.ops import (
    add,
    apply,
    cup,
    domain,
    eq,
    except_at,
    function,
    set_of,
    setminus,
)
from pyspec.language.runtime.sets import contains
from pyspec.values import FALSE, TRUE, ModelValue, fn, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

    Say: TypeAlias = Callable[..., Any]

REFUSED = "refused"
atoms = st.sampled_from(
    [0, 1, 2, "a", "b", TRUE, FALSE, *map(ModelValue, ("m", "n", "T_a", "T_b", "S_a"))]
)
records = st.builds(
    lambda kind, to, more: record(kind=kind, to=to, **more),
    st.sampled_from(["a", "b", 1]),
    st.sampled_from([ModelValue("m"), ModelValue("n"), "a"]),
    st.sampled_from([{}, {"log": ()}, {"log": (1,)}, {"log": ("a",)}, {"n": 1}]),
)
keys = atoms | records
made_fn: Say = fn
bags = st.dictionaries(records, st.sampled_from([1] * 6 + [2, 3, 0]), max_size=4).map(
    made_fn
)
functions = st.dictionaries(keys, atoms, max_size=4).map(made_fn) | st.lists(
    atoms, max_size=3
).map(tuple)
sets = st.frozensets(keys, max_size=4) | st.frozensets(records, max_size=4)
anything = st.one_of(atoms, records, bags, functions, sets)


def said(ask: Say, *given_values: V) -> object:
    try:
        return ask(*given_values)
    except EvaluationError:
        return REFUSED


def plainly_joined(new: V, f: V, key: V, value: V) -> bool:
    def of(x: V) -> V:
        return value if eq(x, key) else apply(f, x)

    return eq(new, function(of, cup(domain(f), set_of(key))))


def plainly_without(f: V, key: V) -> V:
    return function(lambda x: apply(f, x), setminus(domain(f), set_of(key)))


def bag_of(element: V) -> V:
    return set_to_bag(set_of(element))


FORMS: dict[str, tuple[Say, Say]] = {
    "same": (changes.same, eq),
    "except": (
        changes.is_except,
        lambda new, f, key, value: eq(new, except_at(f, key, value)),
    ),
    "except in": (
        changes.is_except_in,
        lambda new, f, key, inner, value: eq(
            new, except_at(f, key, except_at(apply(f, key), inner, value))
        ),
    ),
    "joined": (
        lambda new, f, key, value: changes.is_joined(new, f, key, value, compared=True),
        plainly_joined,
    ),
    "joined to less": (
        lambda new, f, gone, key, value: changes.is_joined(
            new, changes.less(f, gone), key, value, compared=True
        ),
        lambda new, f, gone, key, value: plainly_joined(
            new, plainly_without(f, gone), key, value
        ),
    ),
    "without": (changes.without, plainly_without),
    "is without": (
        changes.is_without,
        lambda new, f, key: eq(new, plainly_without(f, key)),
    ),
    "at": (changes.at, apply),
    "at less": (
        lambda f, key, x: changes.at(changes.less(f, key), x),
        lambda f, key, x: apply(plainly_without(f, key), x),
    ),
    "in domain": (changes.in_domain, lambda f, x: contains(domain(f), x)),
    "in domain of less": (
        lambda f, key, x: changes.in_domain(changes.less(f, key), x),
        lambda f, key, x: contains(domain(plainly_without(f, key)), x),
    ),
    "added": (changes.is_added, lambda new, s, e: eq(new, cup(s, set_of(e)))),
    "removed": (changes.is_removed, lambda new, s, e: eq(new, setminus(s, set_of(e)))),
    "appended": (changes.is_appended, lambda new, s, e: eq(new, append(s, e))),
    "has": (changes.has, contains),
    "in bag": (
        lambda bag, e: changes.is_in_bag(e, bag),
        lambda bag, e: bag_in(e, bag),
    ),
    "bag with": (
        changes.is_bag_with,
        lambda new, bag, e: eq(new, bag_cup(bag, bag_of(e))),
    ),
    "bag without": (
        changes.is_bag_without,
        lambda new, bag, e: eq(new, bag_minus(bag, bag_of(e))),
    ),
    "bag exchanged": (
        changes.is_bag_exchanged,
        lambda new, bag, e, other: eq(
            new, bag_cup(bag_minus(bag, bag_of(e)), bag_of(other))
        ),
    ),
}

# What a form may be asked with: likely values first, then others.
ASKED: dict[str, tuple[Any, ...]] = {
    "same": (anything, anything),
    "except": (functions, keys, atoms),
    "except in": (
        st.builds(lambda k, f: fn({k: f}), keys, functions),
        keys,
        keys,
        atoms,
    ),
    "joined": (bags | functions, keys, st.integers(1, 3) | atoms),
    "joined to less": (bags, records, records, st.integers(1, 3)),
    "without": (bags | functions, keys),
    "is without": (bags | functions, keys),
    "at": (functions, keys),
    "at less": (bags, records, records),
    "in domain": (functions | bags, keys),
    "in domain of less": (bags, records, records),
    "added": (sets, keys),
    "removed": (sets, keys),
    "appended": (st.lists(atoms, max_size=3).map(tuple) | anything, atoms),
    "has": (sets, keys),
    "in bag": (bags | functions, records),
    "bag with": (bags | functions, records),
    "bag without": (bags | functions, records),
    "bag exchanged": (bags, records, records),
}
MADE: dict[str, Say] = {
    "same": lambda a, _: a,
    "except": except_at,
    "except in": lambda f, k, i, v: except_at(f, k, except_at(apply(f, k), i, v)),
    "joined": lambda f, k, v: fn([*pairs(f), (k, v)]),
    "joined to less": lambda f, g, k, v: fn([*pairs(plainly_without(f, g)), (k, v)]),
    "is without": plainly_without,
    "added": lambda s, e: s | {e},
    "removed": lambda s, e: s - {e},
    "appended": lambda s, e: (*s, e) if type(s) is tuple else s,
    "bag with": lambda bag, e: counted(bag, (e, 1)),
    "bag without": lambda bag, e: counted(bag, (e, -1)),
    "bag exchanged": lambda bag, e, other: counted(bag, (e, -1), (other, 1)),
}
"""What is equal, for forms that are about a new value."""


def counted(bag: V, *changed: tuple[V, int]) -> V:
    """Return a bag with other counts, be it a bag or not."""
    counts = dict(pairs(bag))
    for element, by in changed:
        count = counts.get(element, 0)
        counts[element] = count + by if type(count) is int else by
        if not counts[element]:
            del counts[element]
    return fn(counts)


def pairs(f: V) -> list[Any]:
    return [*enumerate(f, 1)] if type(f) is tuple else [*f.items()]


def cases(name: str) -> st.SearchStrategy[tuple[V, ...]]:
    """Arguments of a form; if there is a new value, it is often the right one."""
    usual = st.tuples(*ASKED[name], st.randoms(use_true_random=False)).map(inside)
    if name == "same":
        return usual | usual.map(lambda given_values: given_values[:1] * 2)
    made = MADE.get(name)
    if made is None:
        return usual

    def right(given_values: tuple[V, ...]) -> tuple[V, ...]:
        found = said(made, *given_values)
        return (() if found == REFUSED else found, *given_values)

    renamed = st.tuples(usual.map(right), records).map(
        lambda two: (with_other_key(two[0][0], two[1]), *two[0][1:])
    )
    near = st.tuples(usual.map(right), usual).map(lambda two: (two[0][0], *two[1]))
    other = st.tuples(anything, usual).map(lambda two: (two[0], *two[1]))
    return usual.map(right) | usual.map(right) | renamed | near | other


def with_other_key(f: V, key: V) -> V:
    """Return a function with the same values, at another key."""
    if type(f) is tuple or not hasattr(f, "items"):
        return f
    (_, value), *others = f.items()
    return fn([*others, (key, value)])


def inside(given_values: tuple[Any, ...]) -> tuple[V, ...]:
    """Take keys and elements from the function or set that comes first, mostly."""
    whole, *others, chance = given_values
    known = [*whole] if isinstance(whole, frozenset) else []
    if not known and whole != () and hasattr(whole, "items"):
        known = [key for key, _ in whole.items()]
    if known:
        others = [
            chance.choice(known) if chance.random() < 2 / 3 else other
            for other in others[:2]
        ] + others[2:]
    return (whole, *others)


def answer(name: str, given_values: tuple[V, ...]) -> object:
    """Return what a form says, and "unsure" if nothing; fail if it is wrong."""
    cheap, plain = FORMS[name]
    try:
        found = said(cheap, *given_values)
    except Unsure:
        return "unsure"
    assert found == said(plain, *given_values), (name, given_values)
    return found


@pytest.mark.parametrize("name", FORMS)
def test_a_cheap_form_says_what_the_plain_one_says(name: str) -> None:
    counted: Counter[object] = Counter()

    @settings(max_examples=400, deadline=None)
    @given(cases(name))
    def agree(given_values: tuple[V, ...]) -> None:
        found = answer(name, given_values)
        counted[found if found in {True, False, REFUSED, "unsure"} else "value"] += 1

    agree()
    assert counted[True] + counted["value"] > 5, counted


def test_sums_are_right_in_any_order_or_not_given() -> None:
    large = 2**31 - 1
    assert changes.total(0, (1, 2, 3)) == 6
    assert changes.total(-1, (1, -2)) == -2
    for start, parts in [(1, (large,)), (0, (large, 1, -1)), (0, (-large, 5, -6))]:
        with pytest.raises(Unsure):
            changes.total(start, parts)
    with pytest.raises(EvaluationError):
        add(large, 1)
    odd: Any
    for odd in ((TRUE,), ("a",), ((1,),)):
        with pytest.raises((Unsure, TypeError)):
            changes.total(0, odd)


def test_equal_values_that_are_other_objects_are_as_good() -> None:
    m, n = ModelValue("m"), ModelValue("n")

    def message(kind: str, to: ModelValue) -> V:
        return fn({"kind": kind, "to": to})

    bag = fn({message("a", m): 1, message("b", n): 2})
    more = fn({message("a", m): 1, message("b", n): 2, message("b", m): 1})
    assert changes.is_bag_with(more, bag, message("b", m))
    assert changes.is_joined(more, bag, message("b", m), 1, compared=True)
    assert changes.is_bag_without(bag, more, message("b", m))
    assert not changes.is_bag_with(more, bag, message("b", n))


@pytest.mark.parametrize("name", ["T_a", "t_1", "m", "S_", "ab_c", "_a", "A_B_c"])
def test_values_and_equality_agree_on_what_is_typed(name: str) -> None:
    assert is_untyped(ModelValue(name)) is not bool(ModelValue(name).kind)


def test_the_same_values_at_other_keys_are_another_function() -> None:
    a, b, c, d = (record(kind=kind) for kind in "abcd")
    f = fn({a: 1, b: 1})
    less = changes.less(f, b)
    for key, right in ((a, True), (d, False)):
        with_c = fn({key: 1, b: 1, c: 1})
        moved = fn({key: 1, c: 1})
        assert changes.is_joined(with_c, f, c, 1, compared=True) is right
        assert changes.is_joined(moved, less, c, 1, compared=True) is right
        assert changes.is_without(fn({key: 1}), f, b) is right
        assert changes.is_bag_with(with_c, f, c) is right
        assert changes.is_bag_without(fn({key: 1}), f, b) is right
        assert changes.is_bag_exchanged(moved, f, b, c) is right
        assert changes.is_except(fn({key: 1, b: 2}), f, b, 2) is right
