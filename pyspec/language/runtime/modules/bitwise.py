"""Bitwise and Combinatorics: integers that TLA+ can say, but slowly."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.ops import MAX_INT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS"]


def bits_of_both(x: V, y: V) -> int:
    """Return the bits that are set in both."""
    return _integer(x, "&") & _integer(y, "&")


def bits_of_either(x: V, y: V) -> int:
    """Return the bits that are set in one of them or both."""
    return _integer(x, "|") | _integer(y, "|")


def bits_of_one(x: V, y: V) -> int:
    """Return the bits that are set in one of them and not in the other."""
    return _integer(x, "^^") ^ _integer(y, "^^")


def turned(x: V) -> int:
    """Return the bits below the highest one, turned around."""
    number = max(_integer(x, "Not"), 0)
    return number ^ ((1 << number.bit_length()) - 1)


def moved_down(x: V, places: V) -> int:
    """Return x without its lowest bits."""
    return _integer(x, "shiftR") >> _natural(places, "second", "shiftR")


def ways(n: V, k: V) -> int:
    """Return the number of ways to take k of n things."""
    found = comb(_natural(n, "first", "choose"), _natural(k, "second", "choose"))
    if found > MAX_INT:
        raise refused(
            f"choose({n}, {k}) is too large for an integer",
            expected=f"at most {MAX_INT}",
        )
    return found


def _integer(x: V, what: str) -> int:
    if type(x) is int:
        return x
    raise refused(f"an argument of {what} is wrong", expected="an integer", found=x)


def _natural(x: V, place: str, what: str) -> int:
    if type(x) is int and x >= 0:
        return x
    raise refused(
        f"the {place} argument of {what} is wrong",
        expected="a natural number",
        found=x,
    )


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Bitwise", "&"): bits_of_both,
    ("Bitwise", "|"): bits_of_either,
    ("Bitwise", "^^"): bits_of_one,
    ("Bitwise", "Not"): turned,
    ("Bitwise", "shiftR"): moved_down,
    ("Combinatorics", "choose"): ways,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
