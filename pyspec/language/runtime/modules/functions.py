"""Functions: ranges, sets of injections, folds."""

from __future__ import annotations

from itertools import permutations
from math import perm
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.modules.folds import folded
from pyspec.language.runtime.ops import (
    LazyFunction,
    add,
    apply,
    domain,
    filter_set,
    func_set,
    set_of,
)
from pyspec.language.runtime.sets import MAX_SIZE, elements, is_finite, plain, size
from pyspec.values import Fn, fn_maker

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V
    from pyspec.language.runtime.sets import AnySet

__all__ = [
    "CONSTANTS",
    "PREDICATES",
    "TABLE",
    "TESTS",
    "fold_function",
    "injections",
    "range_of",
    "require_few",
    "values_of",
]


def values_of(f: V, what: str) -> tuple[V, ...]:
    """Return the values of a function that an operator takes, in TLC's order."""
    if type(f) is LazyFunction:
        f = f.plain()
    if type(f) is tuple:
        return f
    if type(f) is Fn:
        return tuple(f[key] for key in elements(domain(f)))
    raise refused(f"an argument of {what} is wrong", expected="a function", found=f)


def require_few(count: int, what: str, found: V) -> None:
    """Refuse to build a set that is too large."""
    if count > MAX_SIZE:
        raise refused(
            f"{what} would have {count} elements",
            expected=f"at most {MAX_SIZE}",
            found=found,
        )


def range_of(f: V) -> AnySet:
    """Return the values of a function."""
    return set_of(*values_of(f, "Range"))


def is_injective(f: V) -> bool:
    """Whether no value comes twice."""
    every = values_of(f, "IsInjective")
    return size(set_of(*map(plain, every))) == len(every)


def injections(s: V, t: V) -> AnySet:
    """Return the functions from s to t that have no value twice."""
    keys = tuple(map(plain, elements(s)))
    if not is_finite(t):
        return filter_set(func_set(s, t), is_injective)
    values = tuple(map(plain, elements(t)))
    require_few(perm(len(values), len(keys)), "this set of functions", t)
    return frozenset(map(fn_maker(keys), permutations(values, len(keys))))


def bijections(s: V, t: V) -> AnySet:
    """Return the functions that pair the elements of s with those of t."""
    return injections(s, t) if size(s) == size(t) else frozenset()


def fold_function_on_set(op: Callable[[V, V], V], base: V, f: V, keys: V) -> V:
    """Return the fold over f's values on a set, the first in TLC's order first."""
    return folded(op, base, (apply(f, key) for key in elements(keys)))


def fold_function(op: Callable[[V, V], V], base: V, f: V) -> V:
    """Return the fold over all values of a function."""
    return folded(op, base, values_of(f, "FoldFunction"))


def sum_on_set(f: V, keys: V) -> V:
    """Return the sum of the values on a set."""
    return fold_function_on_set(add, 0, f, keys)


def sum_of(f: V) -> V:
    """Return the sum of all values."""
    return folded(add, 0, values_of(f, "SumFunction"))


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "Range": range_of,
    "IsInjective": is_injective,
    "Injection": injections,
    "Bijection": bijections,
    "FoldFunction": fold_function,
    "FoldFunctionOnSet": fold_function_on_set,
    "SumFunction": sum_of,
    "SumFunctionOnSet": sum_on_set,
}
TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Functions", name): call for name, call in _OPERATORS.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final = frozenset({("Functions", "IsInjective")})
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
