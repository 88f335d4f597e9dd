r"""Sequences.  As in TLC, a string is a sequence of characters for some of them.

Those are `Len`, `Head`, `Tail`, `\o` and `SubSeq`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.ops import LazyFunction
from pyspec.language.runtime.sets import SeqOf

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "sequence"]


def sequence(s: V, what: str, place: str = "argument") -> tuple[V, ...]:
    """Return s, which an operator takes, if it is a sequence."""
    if type(s) is tuple:
        return s
    if type(s) is LazyFunction and type(built := s.plain()) is tuple:
        return built
    raise refused(f"the {place} of {what} is wrong", expected="a sequence", found=s)


def length(s: V) -> int:
    """Return Len(s)."""
    return len(s) if type(s) in {tuple, str} else len(sequence(s, "Len"))


def head(s: V) -> V:
    """Return the first element."""
    return _filled(s, "Head")[0]


def tail(s: V) -> V:
    """Return all but the first element."""
    return _filled(s, "Tail")[1:]


def append(s: V, e: V) -> tuple[V, ...]:
    """Return s with e at its end."""
    return (*sequence(s, "Append", "first argument"), e)


def concatenate(s: V, t: V) -> V:
    r"""Return s \o t."""
    if type(s) is str:
        if type(t) is str:
            return s + t
        raise refused(
            r"the second argument of \o is wrong", expected="a string", found=t
        )
    left = sequence(s, r"\o", "first argument")
    right = tuple(t) if type(t) is str else t
    return left + sequence(right, r"\o", "second argument")


def sub_seq(s: V, m: V, n: V) -> V:
    """Return elements m..n of s; empty if n < m, wherever that is."""
    every = s if type(s) is str else sequence(s, "SubSeq", "first argument")
    for place, bound in (("second", m), ("third", n)):
        if type(bound) is not int:
            raise refused(
                f"the {place} argument of SubSeq is wrong",
                expected="an integer",
                found=bound,
            )
    if m > n:
        return every[:0]
    for place, bound in (("second", m), ("third", n)):
        if not 1 <= bound <= len(every):
            raise refused(
                f"the {place} argument of SubSeq is outside of the sequence",
                expected=f"an element of 1..{len(every)}",
                found=bound,
            )
    return every[m - 1 : n]


def select_seq(s: V, test: Callable[[V], bool]) -> tuple[V, ...]:
    """Return the elements that satisfy the test, in their order."""
    return tuple(filter(test, sequence(s, "SelectSeq", "first argument")))


def _filled(s: V, what: str) -> V:
    every = s if type(s) in {tuple, str} else sequence(s, what)
    if not every:
        raise refused(f"{what} of the empty sequence has no value")
    return every


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "Len": length,
    "Head": head,
    "Tail": tail,
    "Append": append,
    "\\o": concatenate,
    "\\circ": concatenate,
    "SubSeq": sub_seq,
    "SelectSeq": select_seq,
    "Seq": SeqOf,
}
TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Sequences", name): call for name, call in _OPERATORS.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
