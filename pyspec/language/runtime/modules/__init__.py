r"""The operators of standard modules, by defining module and name.

SANY exports the bodies that these modules have for its own sake (`a \leq b` is
`a = b` there), so whoever compiles a spec looks here first.

What `OURS` names are modules of `pyspec/language/modules`, whose definitions
would do but for their speed, or their reaching out of the spec.  A spec may
come with modules of the same names, for which nothing here stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.language.runtime.modules import (
    bags,
    bags_ext,
    bitwise,
    finite_sets,
    finite_sets_ext,
    folds,
    functions,
    graphs,
    io_utils,
    json_files,
    naturals,
    randomization,
    reals,
    sequences,
    sequences_ext,
    tlc,
    tlcext,
    vector_clocks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "OURS", "PREDICATES", "TABLE", "TESTS", "Native", "native"]

_STANDARD: Final = (
    naturals,
    sequences,
    finite_sets,
    bags,
    tlc,
    tlcext,
    randomization,
    reals,
)
_EXTENSIONS: Final = (
    folds,
    functions,
    finite_sets_ext,
    sequences_ext,
    bags_ext,
    graphs,
    bitwise,
    vector_clocks,
    json_files,
    io_utils,
)
_MODULES: Final = (*_STANDARD, *_EXTENSIONS)


class Native(NamedTuple):
    """What stands for an operator of a standard module.

    A predicate returns a Python boolean; a constant is called without
    arguments; an operator argument is a Python callable.  `tests` are the
    places, from 0, of operator arguments that return Python booleans.
    """

    call: Callable[..., Any]
    predicate: bool = False
    constant: bool = False
    tests: tuple[int, ...] = ()


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    key: call for module in _MODULES for key, call in module.TABLE.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {
    key: constant for module in _MODULES for key, constant in module.CONSTANTS.items()
}
PREDICATES: Final[frozenset[tuple[str, str]]] = frozenset().union(
    *(module.PREDICATES for module in _MODULES)
)
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {
    ("Sequences", "SelectSeq"): (1,),
    ("TLC", "SortSeq"): (1,),
    **{key: places for module in _EXTENSIONS for key, places in module.TESTS.items()},
}
OURS: Final = frozenset(name for module in _EXTENSIONS for name, _ in module.TABLE)


def native(module: str, name: str) -> Native | None:
    """Return what stands for an operator; None if its definition will do."""
    key = (module, name)
    if key in CONSTANTS:
        constant = CONSTANTS[key]
        return Native(lambda: constant, constant=True)
    call = TABLE.get(key)
    if call is None:
        return None
    return Native(call, predicate=key in PREDICATES, tests=TESTS.get(key, ()))
