"""Values as JSON, in ITF's encoding (Apalache's ADR-015).

Integers are `{"#bigint": "5"}`, sets `{"#set": [...]}`, functions
`{"#map": [[k, v], ...]}`, records plain objects, sequences arrays.  ITF has no
model values; we write `{"#mv": "r1"}`.
"""

from __future__ import annotations

from typing import Any, Final

from pyspec.errors import Mistake
from pyspec.values.model import MAX_DIGITS, Bool, Fn, ModelValue, Value, canonical

_TOO_LARGE: Final = 10**MAX_DIGITS


def to_itf(value: Value) -> Any:  # noqa: ANN401 - JSON
    """Return what `json.dumps` takes; sets and functions in canonical order.

    Mistake for an integer that could not be read back.
    """
    if isinstance(value, Bool):
        return bool(value)
    if isinstance(value, int):
        return {"#bigint": _integer(value)}
    if isinstance(value, str):
        return value
    if isinstance(value, ModelValue):
        return {"#mv": value.name}
    if isinstance(value, tuple):
        return [to_itf(item) for item in value]
    if isinstance(value, frozenset):
        return {"#set": [to_itf(item) for item in canonical(value)]}
    return _function(value)


def _integer(value: int) -> str:
    if abs(value) >= _TOO_LARGE:
        raise Mistake(
            "an integer has too many digits to be written",
            expected=f"at most {MAX_DIGITS:,} digits",
        )
    return str(value)


def _function(value: Fn) -> Any:  # noqa: ANN401 - JSON
    # A field that begins with # would be taken for one of ITF's own keys.
    if all(isinstance(key, str) and not key.startswith("#") for key in value):
        return {str(key): to_itf(image) for key, image in value.items()}
    return {"#map": [[to_itf(key), to_itf(image)] for key, image in value.items()]}
