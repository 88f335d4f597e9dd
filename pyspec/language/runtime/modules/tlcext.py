"""TLCExt: what of it depends on values alone.

The rest (`Trace`, `PickSuccessor`, ...) looks at a run of TLC and is not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused, text_of
from pyspec.language.runtime.modules.tlc import printer
from pyspec.language.runtime.ops import eq
from pyspec.values import ModelValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE"]


def assert_eq(a: V, b: V) -> bool:
    """Whether a = b; prints both if not."""
    if eq(a, b):
        return True
    printer.get()(f"{text_of(a)} is not equal to {text_of(b)}")
    return False


def model_value(name: V) -> ModelValue:
    """Return the model value of this name."""
    if type(name) is not str:
        raise refused("TLCModelValue takes a name", expected="a string", found=name)
    return ModelValue(name)


def nothing(v: V) -> V:
    """Return the argument."""
    return v


TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("TLCExt", "AssertEq"): assert_eq,
    ("TLCExt", "TLCModelValue"): model_value,
    ("TLCExt", "TLCNoOp"): nothing,
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final = frozenset({("TLCExt", "AssertEq")})
