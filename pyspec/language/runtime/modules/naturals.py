"""Naturals, Integers and what of Reals stays within the integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.ops import (
    add,
    div,
    exp,
    ge,
    gt,
    interval,
    le,
    lt,
    mod,
    mul,
    neg,
    sub,
)
from pyspec.language.runtime.sets import INT, NAT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE"]


def divide(a: V, b: V) -> NoReturn:
    """Refuse a / b: there are no reals, here or in TLC."""
    del b
    raise refused(
        "/ divides real numbers, which cannot be computed with",
        expected=r"\div, which divides integers",
        found=a,
    )


_ARITHMETIC: Final[dict[str, Callable[..., Any]]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "^": exp,
    "\\div": div,
    "%": mod,
    "..": interval,
    "-.": neg,
}
_COMPARISONS: Final[dict[str, Callable[..., Any]]] = {
    "<": lt,
    ">": gt,
    "\\leq": le,
    "=<": le,
    "<=": le,
    "\\geq": ge,
    ">=": ge,
}
_MODULES: Final = ("Naturals", "Integers", "Reals")

TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    **{
        (module, name): call
        for module in _MODULES
        for name, call in (_ARITHMETIC | _COMPARISONS).items()
    },
    ("Reals", "/"): divide,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {
    **{(module, "Nat"): NAT for module in _MODULES},
    **{(module, "Int"): INT for module in _MODULES},
}
PREDICATES: Final = frozenset(
    (module, name) for module in _MODULES for name in _COMPARISONS
)
