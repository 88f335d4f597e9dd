"""VectorClocks: logs in an order in which causes stand before effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.modules.functions import sum_on_set
from pyspec.language.runtime.modules.sequences import sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS"]


def causal_order(
    log: V,
    clock: Callable[[V], V],
    node: Callable[[V], V],
    domain: Callable[[V], V],
) -> tuple[V, ...]:
    """Return the log sorted by how many events each line's clock has seen."""
    del node

    def events(line: V) -> V:
        time = clock(line)
        return sum_on_set(time, domain(time))

    return tuple(sorted(sequence(log, "CausalOrder", "first argument"), key=events))


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("VectorClocks", "CausalOrder"): causal_order,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset()
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
