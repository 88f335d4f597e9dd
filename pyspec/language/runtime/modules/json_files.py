"""Json: values as JSON text, and files of it.

Records are objects, sequences and sets are arrays; a function to whose
arguments no names of fields belong is an object with their texts for names.
JSON has no model values (their names are strings) and TLA+ has neither null nor
fractions, so these are refused; with the context variable `stand_ins` they, and
integers that are too large, become model values, which equal only themselves.
"""

from __future__ import annotations

import json
import re
import time
from contextvars import ContextVar
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.modules.outside import (
    file_error,
    read_text,
    require_readable,
    string,
    write_text,
)
from pyspec.language.runtime.modules.sequences import sequence
from pyspec.language.runtime.ops import MAX_INT, MIN_INT, LazyFunction
from pyspec.language.runtime.sets import elements, plain
from pyspec.values import TRUE, Bool, Fn, ModelValue, boolean, fn, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS", "stand_ins"]

stand_ins: Final[ContextVar[bool]] = ContextVar("stand_ins", default=False)
_LITERAL: Final = re.compile(
    r'"(?:[^"\\]|\\.)*"|null|-?Infinity|NaN|-?[0-9][0-9.eE+-]*', re.DOTALL
)
_SETTLED_NS: Final = 50_000_000
"""How old a file must be for another change of it to have another time."""
_LONGEST_NUMBER: Final = 40
"""Characters: more digits than any integer of TLA+ has here."""


# ------------------------------------------------------------ values, as text


def to_json(v: V) -> str:
    """Return the JSON text of a value."""
    return _text(_encoded(plain(v)))


def to_json_array(v: V) -> str:
    """Return the JSON text of a sequence or set."""
    v = plain(v)
    if type(v) is not tuple and type(v) is not frozenset:
        raise refused(
            "the argument of ToJsonArray is wrong",
            expected="a sequence or a set",
            found=v,
        )
    return _text(_encoded(v))


def to_json_object(v: V) -> str:
    """Return the JSON text of a function; of one from 1..n, an array."""
    v = plain(v)
    if type(v) is not Fn and type(v) is not tuple:
        raise refused(
            "the argument of ToJsonObject is wrong", expected="a function", found=v
        )
    return _text(_encoded(v) if v else {})


def _encoded(v: V) -> Any:  # noqa: ANN401 - JSON is not of one type
    if type(v) is Bool:
        return v is TRUE
    if type(v) is ModelValue:
        return v.name
    if type(v) is Fn:
        return {_name(key): _encoded(v[key]) for key in elements(frozenset(v))}
    if type(v) is tuple or type(v) is frozenset:
        return [_encoded(each) for each in (v if type(v) is tuple else elements(v))]
    return v


def _name(key: V) -> str:
    return key if type(key) is str else show(key)


def _text(data: Any) -> str:  # noqa: ANN401 - JSON is not of one type
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


# ------------------------------------------------------------------------ files


def serialize(name: V, v: V) -> bool:
    """Write a sequence or function to a file; always true."""
    v = plain(v) if type(v) is LazyFunction else v
    if type(v) is not tuple and type(v) is not Fn:
        raise refused(
            "the second argument of JsonSerialize is wrong",
            expected="a sequence or a record",
            found=v,
        )
    write_text(string(name, "first", "JsonSerialize"), "JsonSerialize", to_json(v))
    return True


def nd_serialize(name: V, v: V) -> bool:
    """Write the elements of a sequence to a file, one on each line; always true."""
    every = sequence(v, "ndJsonSerialize", "second argument")
    text = "".join(f"{to_json(each)}\n" for each in every)
    write_text(string(name, "first", "ndJsonSerialize"), "ndJsonSerialize", text)
    return True


def deserialize(name: V) -> V:
    """Return the value that a file has."""
    return _read(string(name, "the", "JsonDeserialize"), "JsonDeserialize")


def nd_deserialize(name: V) -> V:
    """Return the sequence of the values on the lines of a file."""
    return _read(string(name, "the", "ndJsonDeserialize"), "ndJsonDeserialize")


def _read(name: str, what: str) -> V:
    """Return what a file has, remembered for as long as the file stays as it is."""
    require_readable(name, what)
    try:
        state = Path(name).resolve().stat()
        place = str(Path(name).resolve())
    except (OSError, ValueError) as error:
        raise file_error(name, what, "read", error) from None
    kind = (place, state.st_mtime_ns, state.st_size, stand_ins.get())
    if time.time_ns() - state.st_mtime_ns < _SETTLED_NS:
        return _read_once.__wrapped__(name, what, *kind)
    return _read_once(name, what, *kind)


@lru_cache(maxsize=8)
def _read_once(name: str, what: str, *_kind: object) -> V:
    text = read_text(name, what)
    if what == "JsonDeserialize":
        return _decoded(text, name, 1)
    lines = enumerate(text.split("\n"), 1)
    return tuple(_decoded(each, name, n) for n, each in lines if each.strip())


def _decoded(text: str, name: str, line: int) -> V:
    """Return the value of a JSON text that starts at a line of a file."""
    try:
        return _value(
            json.loads(
                text,
                parse_int=_read_number,
                parse_float=_read_number,
                parse_constant=_read_number,
                object_pairs_hook=_pairs,
            )
        )
    except json.JSONDecodeError as error:
        _refuse(name, line + error.lineno - 1, f"this is no JSON: {error.msg}")
    except _RepeatedError as error:
        _refuse(name, line + _line_of(text, error.name), str(error))
    except _UnfitError:
        found = next(
            each for each in _LITERAL.finditer(text) if not _fits(each.group())
        )
        line += text.count("\n", 0, found.start())
        _refuse(name, line, f"{found.group()[:_LONGEST_NUMBER]} is no value of TLA+")
    except RecursionError:
        _refuse(name, line, "this JSON is nested too deeply")


class _UnfitError(Exception):
    """A literal of JSON stands for no value."""


class _RepeatedError(Exception):
    """An object has two fields of one name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"an object has two fields {name}")
        self.name = name


def _line_of(text: str, name: str) -> int:
    """Return how many lines are before the last place that has a name."""
    return text.count("\n", 0, max(text.rfind(json.dumps(name)), 0))


def _refuse(name: str, line: int, message: str) -> NoReturn:
    raise refused(
        f"{name}:{line}: {message}",
        expected="JSON of objects, arrays, strings, integers, true and false",
    )


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _RepeatedError(name)
        found[name] = value
    return found


def _number(text: str) -> int:
    """Return the integer that a literal is, were it written as 1.0 or 1e3."""
    try:
        number = float(text) if len(text) > 1 else int(text)
        whole = int(text) if text.lstrip("-").isdigit() else int(number)
    except (ValueError, OverflowError):
        raise _UnfitError from None
    if whole != number or not MIN_INT <= whole <= MAX_INT:
        raise _UnfitError
    return whole


def _read_number(text: str) -> V:
    """Return the integer that a literal is, or, if that is wanted, a stand-in."""
    try:
        return _number(text)
    except _UnfitError:
        if not stand_ins.get() or len(text) > _LONGEST_NUMBER:
            raise
        return _stand_in(text)


def _stand_in(text: str) -> V:
    """Return the model value for a number; the same one if it is written otherwise."""
    try:
        plain_text = str(Decimal(text).normalize())
    except InvalidOperation:
        raise _UnfitError from None
    if not plain_text.strip("-").startswith(tuple("0123456789")):
        raise _UnfitError  # Infinity or NaN
    words = plain_text.replace(".", "_").replace("-", "minus").replace("+", "")
    return ModelValue(f"json_{words}")


def _fits(literal: str) -> bool:
    if literal.startswith('"') or (literal == "null" and stand_ins.get()):
        return True
    try:
        _read_number(literal)
    except _UnfitError:
        return False
    return True


def _value(data: Any) -> V:  # noqa: ANN401 - JSON is not of one type
    if data is None:
        if not stand_ins.get():
            raise _UnfitError
        return ModelValue("json_null")
    if isinstance(data, dict):
        return fn({name: _value(each) for name, each in data.items()})
    if isinstance(data, list):
        return tuple(map(_value, data))
    return boolean(truth=data) if isinstance(data, bool) else data


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "ToJson": to_json,
    "ToJsonArray": to_json_array,
    "ToJsonObject": to_json_object,
    "JsonSerialize": serialize,
    "JsonDeserialize": deserialize,
    "ndJsonSerialize": nd_serialize,
    "ndJsonDeserialize": nd_deserialize,
}
TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("Json", name): call for name, call in _OPERATORS.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final = frozenset({("Json", "JsonSerialize"), ("Json", "ndJsonSerialize")})
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {}
