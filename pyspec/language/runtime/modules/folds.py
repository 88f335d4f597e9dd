"""Folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.sets import finite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS", "folded"]


def folded(op: Callable[[V, V], V], base: V, values: Iterable[V]) -> V:
    """Return op(vn, ... op(v1, base)), as folds whose order is unspecified do."""
    done = base
    for value in values:
        done = op(value, done)
    return done


def map_then_fold_set(
    op: Callable[[V, V], V],
    base: V,
    f: Callable[[V], V],
    choose: Callable[[V], V],
    s: V,
) -> V:
    """Return op(f(x1), ... op(f(xn), base)), where choose(s) is x1, and so on."""
    left = finite(s)
    chosen: list[V] = []
    while left:
        one = choose(left)
        if one not in left:
            raise refused(
                "the operator with which MapThenFoldSet chooses is wrong",
                expected="an element of the set that it is given",
                found=one,
            )
        chosen.append(one)
        left -= {one}
    return folded(lambda x, done: op(f(x), done), base, reversed(chosen))


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Folds", "MapThenFoldSet"): map_then_fold_set,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
