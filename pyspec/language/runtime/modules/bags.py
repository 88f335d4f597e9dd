"""Bags: a bag is a function from its elements to how often each is in it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.ops import LazyFunction, add, apply, cup, domain, gt
from pyspec.language.runtime.ops import function as function_on
from pyspec.language.runtime.sets import (
    MAX_SIZE,
    contains,
    elements,
    finite,
    require_like,
)
from pyspec.values import Fn, fn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE"]


def is_a_bag(b: V, least: int | None = 1) -> bool:
    """Whether b is a function to positive integers, or to some that are as large."""
    if type(b) is LazyFunction:
        b = b.plain()
    if type(b) is not tuple and type(b) is not Fn:
        return False
    counts = b.row if type(b) is Fn else b
    if not counts:
        return True
    are_integers = set(map(type, counts)) == _INTEGERS
    return are_integers and (least is None or min(counts) >= least)


def bag_to_set(b: V) -> V:
    """Return the elements of a bag, or of any function."""
    return domain(b)


def set_to_bag(s: V) -> V:
    """Return the bag with one of each element of a finite set."""
    return function_on(lambda _: 1, s)


def bag_in(e: V, b: V) -> bool:
    """Whether e is in the bag."""
    if type(b) is Fn:
        place = b.shape.index.get(e)
        count: V = None if place is None else b.row[place]
        if type(count) is int:
            return count > 0
    return contains(domain(b), e) and gt(apply(b, e), 0)


def bag_cup(a: V, b: V) -> V:
    """Return the bag with the elements of both."""
    if _is_one_element(b) and type(a) is Fn and is_a_bag(a):
        return _with(a, b)
    counts = _counts(a, "(+)")
    others = _counts(b, "(+)")
    keys = elements(cup(frozenset(counts), frozenset(others)))
    return fn({key: add(counts.get(key, 0), others.get(key, 0)) for key in keys})


def bag_minus(a: V, b: V) -> V:
    """Return the first bag without the elements of the second.

    By its definition, and in TLC, that is something of any functions to integers.
    """
    if _is_one_element(b) and type(a) is Fn and is_a_bag(a):
        return _less(a, b)
    counts = _counts(a, "(-)", least=None)
    others = _counts(b, "(-)", least=None)
    cup(frozenset(counts), frozenset(others))
    left = {key: add(count, -others.get(key, 0)) for key, count in counts.items()}
    return fn({key: count for key, count in left.items() if count > 0})


def bag_union(s: V) -> V:
    """Return the bag with the elements of all bags in a set."""
    total: V = ()
    for b in elements(s):
        total = bag_cup(total, b)
    return total


def bag_subseteq(a: V, b: V) -> bool:
    r"""Whether a \sqsubseteq b: of no element has a more than b."""
    counts = _counts(a, r"\sqsubseteq")
    others = _counts(b, r"\sqsubseteq")
    cup(frozenset(counts), frozenset(others))
    return all(count <= others.get(key, 0) for key, count in counts.items())


def sub_bag(b: V) -> frozenset[V]:
    """Return all bags with no more of any element than b."""
    counts = _counts(b, "SubBag")
    total = 1
    for count in counts.values():
        total *= count + 1
    if total > MAX_SIZE:
        raise refused(
            f"this bag has {total} subbags", expected=f"at most {MAX_SIZE}", found=b
        )
    rows = product(*(range(count + 1) for count in counts.values()))
    return frozenset(_bag_of(zip(counts, row, strict=True)) for row in rows)


def bag_of_all(f: Callable[[V], V], b: V) -> V:
    """Return the bag of f(e) for each e in the bag."""
    total: dict[V, int] = {}
    for key, count in _counts(b, "BagOfAll").items():
        image = f(key)
        total[image] = add(total.get(image, 0), count)
    return fn(total)


def bag_cardinality(b: V) -> int:
    """Return how many elements the bag has, counting each copy."""
    total = 0
    for count in _counts(b, "BagCardinality").values():
        total = add(total, count)
    return total


def copies_in(e: V, b: V) -> V:
    """Return how often e is in the bag."""
    return apply(b, e) if bag_in(e, b) else 0


# A message sent or received is a bag of one, and the network is the other bag.


def _is_one_element(b: V) -> bool:
    return type(b) is Fn and len(b.row) == 1 and type(b.row[0]) is int and b.row[0] > 0


def _with(a: V, one: V) -> V:
    require_like(a.shape.domain, one.shape.domain)
    (key,), (count,) = one.shape.keys, one.row
    place = a.shape.index.get(key)
    if place is not None:
        return a.replaced(key, add(a.row[place], count))
    if type(key) is int:  # the domain might be that of a sequence now
        return fn([*a.items(), (key, count)])
    return a.joined(key, count)


def _less(a: V, one: V) -> V:
    require_like(a.shape.domain, one.shape.domain)
    (key,), (count,) = one.shape.keys, one.row
    place = a.shape.index.get(key)
    if place is None:
        return a
    left = a.row[place] - count
    return a.replaced(key, left) if left > 0 else a.without(key)


def _bag_of(pairs: Any) -> V:  # noqa: ANN401 - pairs of a value and an int
    return fn([(key, count) for key, count in pairs if count])


def _counts(b: V, what: str, least: int | None = 1) -> Mapping[V, int]:
    """Return how often each element is in a bag, in TLC's order."""
    if not is_a_bag(b, least):
        raise refused(
            f"an argument of {what} is wrong",
            expected="a bag, that is, a function to positive integers",
            found=b,
        )
    return {key: apply(b, key) for key in elements(finite(domain(b)))}


_INTEGERS: Final = {int}

_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "IsABag": is_a_bag,
    "BagToSet": bag_to_set,
    "SetToBag": set_to_bag,
    "BagIn": bag_in,
    "(+)": bag_cup,
    "\\oplus": bag_cup,
    "(-)": bag_minus,
    "\\ominus": bag_minus,
    "BagUnion": bag_union,
    "\\sqsubseteq": bag_subseteq,
    "SubBag": sub_bag,
    "BagOfAll": bag_of_all,
    "BagCardinality": bag_cardinality,
    "CopiesIn": copies_in,
}
TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Bags", name): call for name, call in _OPERATORS.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {("Bags", "EmptyBag"): ()}
PREDICATES: Final = frozenset(
    ("Bags", name) for name in ("IsABag", "BagIn", "\\sqsubseteq")
)
