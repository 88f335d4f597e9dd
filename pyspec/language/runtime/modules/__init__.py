r"""The operators of standard modules, by defining module and name.

SANY exports the bodies that these modules have for its own sake (`a \leq b` is
`a = b` there), so whoever compiles a spec looks here first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.language.runtime.modules import (
    bags,
    finite_sets,
    naturals,
    randomization,
    sequences,
    tlc,
    tlcext,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "Native", "native"]

_MODULES: Final = (
    naturals,
    sequences,
    finite_sets,
    bags,
    tlc,
    tlcext,
    randomization,
)


class Native(NamedTuple):
    """What stands for an operator of a standard module.

    A predicate returns a Python boolean; a constant is called without
    arguments; an operator argument is a Python callable, and one that is used
    as a condition returns a Python boolean.
    """

    call: Callable[..., Any]
    predicate: bool = False
    constant: bool = False


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    key: call for module in _MODULES for key, call in module.TABLE.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {
    key: constant for module in _MODULES for key, constant in module.CONSTANTS.items()
}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset().union(
    *(module.PREDICATES for module in _MODULES)
)


def native(module: str, name: str) -> Native | None:
    """Return what stands for an operator; None if its definition will do."""
    key = (module, name)
    if key in CONSTANTS:
        constant = CONSTANTS[key]
        return Native(lambda: constant, constant=True)
    call = TABLE.get(key)
    return None if call is None else Native(call, predicate=key in PREDICATES)
