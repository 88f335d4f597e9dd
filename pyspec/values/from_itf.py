"""Values out of JSON in ITF's encoding; `pyspec.values.itf` is the way there.

Integers may be plain numbers too, and a tuple may be `{"#tup": [...]}`.  What
is no value is a `WrongJsonError` that knows the path to it; who has the text
makes file, line and column of that.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pyspec.errors import Mistake
from pyspec.values.build import UnfitError, distinct_fn
from pyspec.values.model import MAX_DEPTH, MAX_DIGITS, ModelValue, Value, boolean, fn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_INTEGER: Final = re.compile(r"-?[0-9]+", re.ASCII)
_LONGEST_FOUND: Final = 60


class WrongJsonError(Exception):
    """JSON that is not what it should be; `path` leads there, inner keys first."""

    def __init__(
        self,
        message: str,
        *,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.found = found
        self.hint = hint
        self.path: list[str | int] = []


def from_itf(data: Any, depth: int = MAX_DEPTH) -> Value:  # noqa: ANN401 - JSON
    """Return the value that JSON stands for; WrongJsonError if it is none."""
    if isinstance(data, str):
        return data
    if isinstance(data, bool):
        return boolean(truth=data)
    if isinstance(data, int):
        return data
    if isinstance(data, list):
        return tuple(_members(data, depth))
    if isinstance(data, dict):
        return _object(data, depth)
    raise WrongJsonError(
        "this stands for no value of TLA+",
        expected="a string, an integer, a boolean, an array or an object",
        found=described(data),
    )


def described(data: Any) -> str:  # noqa: ANN401 - JSON
    """Return a piece of JSON for an error message: short, and what it is."""
    if isinstance(data, list):
        return f"an array of {len(data)}" if data else "an empty array"
    if isinstance(data, dict):
        keys = ", ".join(map(json.dumps, list(data)[:5]))
        more = ", ..." if len(data) > 5 else ""  # noqa: PLR2004 - as above
        return f"an object with {keys}{more}" if data else "an empty object"
    try:
        text = json.dumps(data)
    except ValueError:
        return "a number with too many digits"
    return text if len(text) <= _LONGEST_FOUND else f"{text[:_LONGEST_FOUND]}..."


def _members(items: list[Any], depth: int) -> list[Value]:
    if depth == 0:
        raise WrongJsonError(f"a value nests deeper than {MAX_DEPTH} levels")
    members = []
    for place, item in enumerate(items):
        try:
            members.append(from_itf(item, depth - 1))
        except WrongJsonError as wrong:
            wrong.path.append(place)
            raise
    return members


def _object(data: dict[str, Any], depth: int) -> Value:
    if not any(key[:1] == "#" for key in data):
        return fn(zip(data, _fields(data, depth), strict=True))
    if len(data) == 1:
        ((kind, inside),) = data.items()
        reader = _SPECIAL.get(kind)
        if reader is not None:
            try:
                return reader(inside, depth)
            except WrongJsonError as wrong:
                wrong.path.append(kind)
                raise
    raise WrongJsonError(
        "this object stands for no value of TLA+",
        expected=f"one of {', '.join(_SPECIAL)} alone, or a record, "
        "whose fields do not begin with #",
        found=described(data),
    )


def _fields(data: dict[str, Any], depth: int) -> list[Value]:
    try:
        return _members(list(data.values()), depth)
    except WrongJsonError as wrong:
        if wrong.path:
            wrong.path[-1] = list(data)[int(wrong.path[-1])]
        raise


def _integer(data: Any, _: int) -> Value:  # noqa: ANN401 - JSON
    if not isinstance(data, str) or not _INTEGER.fullmatch(data):
        raise WrongJsonError(
            "this is no integer", expected='digits, as "-12"', found=described(data)
        )
    if len(data.removeprefix("-")) > MAX_DIGITS:
        raise WrongJsonError(f"an integer of more than {MAX_DIGITS} digits")
    return int(data)


def _set(data: Any, depth: int) -> Value:  # noqa: ANN401 - JSON
    return frozenset(_members(_array(data), depth))


def _tuple(data: Any, depth: int) -> Value:  # noqa: ANN401 - JSON
    return tuple(_members(_array(data), depth))


def _map(data: Any, depth: int) -> Value:  # noqa: ANN401 - JSON
    pairs: list[tuple[Value, Value]] = []
    for place, pair in enumerate(_array(data)):
        try:
            pairs.append(_pair(pair, depth))
        except WrongJsonError as wrong:
            wrong.path.append(place)
            raise
    try:
        return distinct_fn(pairs)
    except UnfitError as unfit:
        raise WrongJsonError(unfit.message) from None


def _pair(data: Any, depth: int) -> tuple[Value, Value]:  # noqa: ANN401 - JSON
    if not isinstance(data, list) or len(data) != 2:  # noqa: PLR2004 - a pair
        raise WrongJsonError(
            "a function lists pairs",
            expected="[argument, value]",
            found=described(data),
        )
    argument, value = _members(data, depth)
    return argument, value


def _array(data: Any) -> list[Any]:  # noqa: ANN401 - JSON
    if not isinstance(data, list):
        raise WrongJsonError(
            "elements stand in an array", expected="[...]", found=described(data)
        )
    return data


def _model_value(data: Any, _: int) -> Value:  # noqa: ANN401 - JSON
    if not isinstance(data, str):
        raise WrongJsonError(
            "a model value has a name", expected='"r1"', found=described(data)
        )
    try:
        return ModelValue(data)
    except Mistake as mistake:
        raise WrongJsonError(
            mistake.message, expected=mistake.expected, found=mistake.found
        ) from None


def _unserializable(data: Any, _: int) -> Value:  # noqa: ANN401 - JSON
    raise WrongJsonError(
        "the tool that wrote this could not write this value",
        expected="a value whose elements are listed",
        found=described(data),
    )


_SPECIAL: Final[Mapping[str, Callable[[Any, int], Value]]] = {
    "#bigint": _integer,
    "#set": _set,
    "#map": _map,
    "#tup": _tuple,
    "#mv": _model_value,
    "#unserializable": _unserializable,
}
