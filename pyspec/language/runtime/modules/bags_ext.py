"""BagsExt: folds over all copies of a bag's elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.modules.bags import is_a_bag
from pyspec.language.runtime.ops import add, apply, domain, mul
from pyspec.language.runtime.sets import elements

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS"]


def fold_bag(op: Callable[[V, V], V], base: V, b: V) -> V:
    """Return op(op(base, x1), ...) over all copies, in TLC's order."""
    if not is_a_bag(b):
        raise refused(
            "an argument of a fold over a bag is wrong",
            expected="a bag, that is, a function to positive integers",
            found=b,
        )
    done = base
    for element in elements(domain(b)):
        for _ in range(apply(b, element)):
            done = op(done, element)
    return done


def sum_bag(b: V) -> V:
    """Return the sum of a bag of integers."""
    return fold_bag(add, 0, b)


def product_bag(b: V) -> V:
    """Return the product of a bag of integers."""
    return fold_bag(mul, 1, b)


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("BagsExt", "FoldBag"): fold_bag,
    ("BagsExt", "SumBag"): sum_bag,
    ("BagsExt", "ProductBag"): product_bag,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
