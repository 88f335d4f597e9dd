"""Names in values: which model values are inside, and others put in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.values.model import Fn, ModelValue, fn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspec.values.model import Value

__all__ = ["Renaming", "names_in"]

_KEPT: Final = 1 << 20


class Renaming:
    """What becomes of values if all `names` in them are replaced at once.

    One object serves for many values: the images of `kept` are remembered.
    """

    __slots__ = ("_kept", "_known", "names")

    def __init__(self, names: Mapping[ModelValue, Value], kept: int = _KEPT) -> None:
        self.names = names
        self._kept = kept
        self._known: dict[Any, Any] = {}

    def of(self, value: Any) -> Any:  # noqa: ANN401 - any value
        """Return a value with the names replaced."""
        kind = type(value)
        if kind is ModelValue:
            return self.names.get(value, value)
        if kind is not tuple and kind is not frozenset and kind is not Fn:
            return value
        found = self._known.get(value)
        if found is None:
            if len(self._known) >= self._kept:
                self._known.clear()
            found = self._known[value] = self._made(value)
        return found

    def _made(self, value: Any) -> Any:  # noqa: ANN401 - any value
        if type(value) is Fn:
            return fn({self.of(key): self.of(of) for key, of in value.items()})
        return type(value)(map(self.of, value))


def names_in(value: object) -> set[ModelValue]:
    """Return the model values inside a value."""
    found: set[ModelValue] = set()
    pending: list[object] = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, ModelValue):
            found.add(each)
        elif isinstance(each, Fn):
            pending += (*each, *each.values())
        elif isinstance(each, (tuple, frozenset)):
            pending += each
    return found
