"""Printing values as TLC does, in an order that no hash seed changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyspec.errors import Mistake
from pyspec.values.model import (
    MAX_DEPTH,
    MAX_DIGITS,
    Bool,
    Fn,
    ModelValue,
    Value,
    canonical,
    is_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RESERVED: Final = frozenset(
    """
    ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS
    COROLLARY DEF DEFINE DEFS DOMAIN ELSE ENABLED EXCEPT EXTENDS FALSE HAVE HIDE
    IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW OBVIOUS OMITTED ONLY OTHER
    PICK PROOF PROPOSITION PROVE QED RECURSIVE STATE STRING SUBSET SUFFICES TAKE
    TEMPORAL THEN THEOREM TRUE UNCHANGED UNION USE VARIABLE VARIABLES WITH WITNESS
    """.split()  # noqa: SIM905 - a list literal would take 60 lines
)
_TOO_LARGE: Final = 10**MAX_DIGITS
_ESCAPES: Final = str.maketrans(
    {'"': r"\"", "\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r", "\f": r"\f"}
)


def show(value: Value, width: int | None = None) -> str:
    """Return the value as TLC prints it.

    With a width, what does not fit on a line is wrapped as TLC does it; a part
    that cannot be broken may still be wider.  `parse` reads either back.
    """
    try:
        flat = _flat(value, MAX_DEPTH)
        if width is None or len(flat) <= width:
            return flat
        return _wrapped(value, width, indent=0)
    except RecursionError:
        raise _too_deep() from None


def show_state(state: Mapping[str, Value | None], width: int | None = None) -> str:
    r"""Return one line `/\ x = 1` for each variable, in their order.

    None is printed as `null`, as TLC does for a variable without a value.
    """
    lines = []
    for name, value in state.items():
        head = rf"/\ {name} = "
        if value is None:
            lines.append(f"{head}null")
            continue
        flat = show(value)
        if width is not None and len(head) + len(flat) > width:
            flat = _wrapped(value, width, indent=len(head))
        lines.append(head + flat)
    return "\n".join(lines)


def is_field(name: str) -> bool:
    """Whether TLA+ takes this as the name of a record's field."""
    return (
        is_name(name) and name not in RESERVED and not name.startswith(("WF_", "SF_"))
    )


def _flat(value: Value, depth: int) -> str:
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, (ModelValue, Bool)):
        return repr(value)
    if depth == 0:
        raise _too_deep()
    if isinstance(value, tuple):
        return f"<<{_joined(value, depth)}>>"
    if isinstance(value, frozenset):
        return f"{{{_joined(canonical(value), depth)}}}"
    return _flat_function(value, depth - 1)


def _too_deep() -> Mistake:
    return Mistake(f"a value nests deeper than {MAX_DEPTH} levels")


def _joined(members: Iterable[Value], depth: int) -> str:
    return ", ".join([_flat(member, depth - 1) for member in members])


def _flat_function(function: Fn, depth: int) -> str:
    if _prints_as_record(function):
        fields = [f"{key} |-> {_flat(value, depth)}" for key, value in function.items()]
        return f"[{', '.join(fields)}]"
    pairs = [
        f"{_flat(key, depth)} :> {_flat(value, depth)}"
        for key, value in function.items()
    ]
    return f"({' @@ '.join(pairs)})"


def _prints_as_record(function: Fn) -> bool:
    return all(isinstance(key, str) and is_field(key) for key in function)


def _integer(value: int) -> str:
    if abs(value) >= _TOO_LARGE:
        raise Mistake(
            "an integer has too many digits to be printed",
            expected=f"at most {MAX_DIGITS:,} digits",
        )
    return str(value)


def _wrapped(value: Value, width: int, indent: int) -> str:
    """Print the value, whose first line is already indented."""
    flat = _flat(value, MAX_DEPTH)
    if indent + len(flat) <= width or len(flat) <= len("<<>>"):
        return flat
    if isinstance(value, tuple):
        return _block("<<", value, ">>", width, indent)
    if isinstance(value, frozenset):
        return _block("{", canonical(value), "}", width, indent)
    if isinstance(value, Fn):
        return _wrapped_function(value, width, indent)
    return flat


def _block(
    opening: str, members: Iterable[Value], closing: str, width: int, indent: int
) -> str:
    inside = indent + len(opening) + 1
    lines = [_wrapped(member, width, inside) for member in members]
    return f"{opening} {(',' + _new_line(inside)).join(lines)} {closing}"


def _wrapped_function(function: Fn, width: int, indent: int) -> str:
    inside = indent + 2
    if _prints_as_record(function):
        lines = [
            _wrapped_pair(f"{key} |->", value, width, inside)
            for key, value in function.items()
        ]
        return f"[ {(',' + _new_line(inside)).join(lines)} ]"
    lines = [
        _wrapped_pair(f"{_wrapped(key, width, inside)} :>", value, width, inside)
        for key, value in function.items()
    ]
    return f"( {(' @@' + _new_line(inside)).join(lines)} )"


def _wrapped_pair(head: str, value: Value, width: int, indent: int) -> str:
    last_line = head.rsplit("\n", 1)[-1]
    used = len(last_line) + 1 + (indent if "\n" not in head else 0)
    flat = _flat(value, MAX_DEPTH)
    if used + len(flat) <= width:
        return f"{head} {flat}"
    deeper = indent + 4
    return f"{head}{_new_line(deeper)}{_wrapped(value, width, deeper)}"


def _new_line(indent: int) -> str:
    return "\n" + " " * indent
