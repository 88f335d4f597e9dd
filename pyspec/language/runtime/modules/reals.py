"""Reals and RealTime, of which only the integers can be computed with.

The operators of integers are in `naturals`.  What stands here is refused by
name: SANY's own definitions, like `Real == "Reals"`, would say other things.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pyspec.language.runtime.errors import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE"]


def no_reals(what: str, *_arguments: V) -> NoReturn:
    """Refuse what needs real numbers."""
    raise refused(
        f"{what} needs real numbers, which cannot be computed with",
        hint="let the cfg put integers in their place: Real <- SomeIntegers",
    )


def no_real_time(what: str, *_arguments: V) -> NoReturn:
    """Refuse time that flows in steps as short as you like."""
    raise refused(
        f"{what} of module RealTime lets time be any real number, and so has "
        "infinitely many next states",
        hint="say time with integers: a variable that an action of its own raises",
    )


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    **{("Reals", name): partial(no_reals, name) for name in ("Real", "Infinity")},
    **{
        ("RealTime", name): partial(no_real_time, name) for name in ("RTBound", "RTnow")
    },
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
