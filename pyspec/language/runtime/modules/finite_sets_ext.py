"""FiniteSetsExt: folds, sums, greatest and least elements, subsets, choices."""

from __future__ import annotations

from itertools import combinations, product
from math import comb, prod
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.modules.folds import folded
from pyspec.language.runtime.modules.functions import require_few
from pyspec.language.runtime.ops import add, mul, set_of
from pyspec.language.runtime.sets import elements, members, plain, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS"]


def fold_set(op: Callable[[V, V], V], base: V, s: V) -> V:
    """Return the fold over a set, the first element in TLC's order first."""
    return folded(op, base, elements(s))


def reduce_set(op: Callable[[V, V], V], s: V, base: V) -> V:
    """Return the same; the arguments are in another order."""
    return fold_set(op, base, s)


def sum_set(s: V) -> V:
    """Return the sum of a set of integers."""
    return fold_set(add, 0, s)


def product_set(s: V) -> V:
    """Return the product of a set of integers."""
    return fold_set(mul, 1, s)


def map_then_sum_set(f: Callable[[V], V], s: V) -> V:
    """Return the sum of f(x) for all elements x."""
    return fold_set(lambda x, total: add(f(x), total), 0, s)


def quantify(s: V, test: Callable[[V], bool]) -> int:
    """Return how many elements pass a test."""
    return sum(1 for element in elements(s) if test(element))


def k_subset(k: V, s: V) -> frozenset[V]:
    """Return the subsets that have k elements."""
    if type(k) is not int:
        raise refused(
            "the first argument of kSubset is wrong", expected="an integer", found=k
        )
    if not 0 <= k <= size(s):
        return frozenset()
    require_few(comb(size(s), k), "this set of subsets", s)
    return frozenset(map(frozenset, combinations(map(plain, members(s)), k)))


def greatest(s: V) -> int:
    """Return the greatest element of a set of integers."""
    return max(_integers(s, "Max"))


def least(s: V) -> int:
    """Return the least element of a set of integers."""
    return min(_integers(s, "Min"))


def choices(sets: V) -> frozenset[V]:
    """Return the sets made by taking one element of each set."""
    every = tuple(elements(sets))
    require_few(prod(map(size, every)), "this set of choices", sets)
    parts = [tuple(map(plain, elements(each))) for each in every]
    return frozenset(set_of(*row) for row in product(*parts))


def _integers(s: V, what: str) -> list[int]:
    every = list(members(s))
    if not every:
        raise refused(f"{what} of the empty set has no value")
    for element in every:
        if type(element) is not int:
            raise refused(
                f"the argument of {what} is wrong",
                expected="a set of integers",
                found=s,
            )
    return every


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "FoldSet": fold_set,
    "ReduceSet": reduce_set,
    "SumSet": sum_set,
    "ProductSet": product_set,
    "MapThenSumSet": map_then_sum_set,
    "Quantify": quantify,
    "kSubset": k_subset,
    "Max": greatest,
    "Min": least,
    "Choices": choices,
}
TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("FiniteSetsExt", name): call for name, call in _OPERATORS.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {
    ("FiniteSetsExt", "Quantify"): (1,),
}
