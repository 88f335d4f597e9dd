"""TLC: printing, asserting, functions by `:>` and `@@`, registers, chance.

What these reach beyond values is given by context variables: `printer` takes
printed lines, `registers` holds what TLCSet sets, `dice` decides what
RandomElement and Randomization take, and without dice they refuse.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from itertools import permutations
from math import factorial
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.chance import draw
from pyspec.language.runtime.errors import AssertionFails, refused
from pyspec.language.runtime.modules.sequences import sequence
from pyspec.language.runtime.ops import LazyFunction, cup, domain
from pyspec.language.runtime.order import V, in_order
from pyspec.language.runtime.sets import ANY, MAX_SIZE, finite, plain
from pyspec.values import TRUE, Fn, fn, fn_maker, record, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from pyspec.language.runtime.equality import Lazy

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "dice", "printer", "registers", "rolled"]


def _say(line: str) -> None:
    print(line)  # noqa: T201 - printing is what PrintT is for


printer: Final[ContextVar[Callable[[str], None]]] = ContextVar("printer", default=_say)
registers: Final[ContextVar[dict[V, V] | None]] = ContextVar("registers", default=None)
dice: Final[ContextVar[Random | None]] = ContextVar("dice", default=None)

_POSITIVE_INT: Final = 0x7FFFFFFF
_EXIT: Final = "exit"


def print_both(out: V, value: V) -> V:
    """Print `out` and the value, and return the value."""
    printer.get()(f"{to_string(out)}  {to_string(value)}")
    return value


def print_true(out: V) -> bool:
    """Print `out`; always true."""
    printer.get()(to_string(out))
    return True


def assert_true(value: V, out: V) -> bool:
    """Return true for TRUE; for all else the model has failed."""
    if value is TRUE or value is True:
        return True
    raise AssertionFails(out)


def java_time() -> int:
    """Return seconds since 1970, as many as fit."""
    return int(time.time()) & _POSITIVE_INT


def to_string(v: V) -> str:
    """Return the value as TLC prints it."""
    return _shown(v) if hasattr(v, "plain") else show(plain(v))


def single(key: V, value: V) -> V:
    """Return key :> value, a function of one argument."""
    return fn({plain(key): value})


def overlay(f: V, g: V) -> V:
    """Return f @@ g: f, and g where f is not defined."""
    first, second = _function(f, "first"), _function(g, "second")
    keys = in_order(finite(cup(finite(domain(first)), finite(domain(second)))))
    values = dict(_pairs(second)) | dict(_pairs(first))
    return fn_maker(keys)(tuple(values[key] for key in keys))


def all_permutations(s: V) -> frozenset[V]:
    """Return the bijections from a finite set to itself."""
    keys = in_order(finite(s))
    if factorial(min(len(keys), 20)) > MAX_SIZE:
        raise refused(
            f"a set of {len(keys)} elements has too many permutations",
            expected=f"at most {MAX_SIZE}",
            found=s,
        )
    return frozenset(map(fn_maker(keys), permutations(keys)))


def sort_seq(s: V, less: Callable[[V, V], bool]) -> tuple[V, ...]:
    """Return the sequence sorted; elements neither of which is less keep order."""
    done: list[V] = []
    for element in sequence(s, "SortSeq", "first argument"):
        place = len(done)
        while place and less(element, done[place - 1]):
            place -= 1
        done.insert(place, element)
    return tuple(done)


def random_element(s: V) -> V:
    """Return an element that `dice` decides on; without them it refuses."""
    return draw(s, rolled("RandomElement"))


def rolled(what: str) -> Random:
    """Return the dice, which are then known to have been used."""
    rng = dice.get()
    if rng is None:
        raise refused(
            f"{what} depends on chance, and this evaluation must not",
            hint="it can be evaluated where a run has a seed, as in pyspec check",
        )
    return rng


def tlc_get(key: V) -> V:
    """Return the value of a register; refused if nothing has set it."""
    known = registers.get() or {}
    if key in known:
        return known[key]
    if type(key) is str and key in _OF_THE_RUN:
        return _OF_THE_RUN[key]
    raise refused(
        "this register of TLCGet has no value here",
        expected="an integer that TLCSet has set",
        found=key,
    )


_OF_THE_RUN: Final[dict[str, V]] = {
    "config": record(mode="bfs", worker=1),
    "-Dtlc2.tool.impl.Tool.cdot": "true",
}
"""What TLCGet says of a run that searches breadth-first, one state at a time."""


def tlc_set(key: V, value: V) -> bool:
    """Set the register with a number; always true.

    "exit" is set where whoever runs this has it among the registers, and looks.
    """
    known = registers.get()
    if type(key) is str and known is not None and key == _EXIT and key in known:
        known[key] = value
        return True
    if type(key) is not int or key < 0:
        raise refused(
            "TLCSet sets registers with a number", expected="0 or more", found=key
        )
    if known is None:
        registers.set({key: value})
    else:
        known[key] = value
    return True


def evaluated(v: V) -> V:
    """Return TLCEval(v): v itself, with its elements built."""
    return plain(v)


def _function(f: V, place: str) -> V:
    if type(f) is LazyFunction:
        f = f.plain()
    if type(f) is not tuple and type(f) is not Fn:
        raise refused(
            f"the {place} argument of @@ is wrong", expected="a function", found=f
        )
    return f


def _pairs(f: V) -> Any:  # noqa: ANN401 - pairs of values
    return f.items() if type(f) is Fn else enumerate(f, 1)


def _shown(v: Lazy) -> str:
    is_finite = getattr(v, "is_finite", None)
    return show(v.plain()) if is_finite is None or is_finite() else repr(v)


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "Print": print_both,
    "PrintT": print_true,
    "Assert": assert_true,
    "JavaTime": java_time,
    "TLCGet": tlc_get,
    "TLCSet": tlc_set,
    ":>": single,
    "@@": overlay,
    "Permutations": all_permutations,
    "SortSeq": sort_seq,
    "RandomElement": random_element,
    "ToString": to_string,
    "TLCEval": evaluated,
}
TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("TLC", name): call for name, call in _OPERATORS.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {("TLC", "Any"): ANY}
PREDICATES: Final = frozenset(("TLC", name) for name in ("PrintT", "Assert", "TLCSet"))
