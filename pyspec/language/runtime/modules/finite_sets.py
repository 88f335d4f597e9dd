"""FiniteSets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.ops import MAX_INT
from pyspec.language.runtime.sets import is_finite, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE"]


def cardinality(s: V) -> int:
    """Return the number of elements of a finite set."""
    count = size(s)
    if count > MAX_INT:
        raise refused(
            "this set has too many elements to count",
            expected=f"at most {MAX_INT}",
            found=s,
        )
    return count


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("FiniteSets", "Cardinality"): cardinality,
    ("FiniteSets", "IsFiniteSet"): is_finite,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final = frozenset({("FiniteSets", "IsFiniteSet")})
