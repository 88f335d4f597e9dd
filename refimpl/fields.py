"""Fields of a process: what it knows, and what of that survives a crash."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING, Final, TypeVar, cast

from refimpl.triggers import ImplementationError, ProcessId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


__all__ = ["Field", "Memory", "check_immutable", "persistent", "volatile"]

T = TypeVar("T")

_PLAIN: Final = frozenset({int, str, bool, bytes, type(None), ProcessId})
_LONG: Final = 16
"""Of a longer tuple not every element is hashed each time that it is assigned."""


class Field:
    """A field of a process.  Made by `volatile` and `persistent`.

    Its value lies in the process's `__dict__`, so that reading one costs nothing.
    """

    def __init__(self, initial: object, after_crash: object, *, stable: bool) -> None:
        check_immutable("a field", initial)
        check_immutable("a field", after_crash)
        self.initial = initial
        self.after_crash = after_crash
        self.stable = stable
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


class _Same(enum.Enum):
    SAME = "the initial value"


def volatile(initial: T, *, crashed: T | _Same = _Same.SAME) -> T:
    """Declare a field that a crash loses.

    `crashed` is what it is from a crash until the restart assigns it: what the
    spec says of a process that is down.  The same as `initial` if left out.
    """
    after_crash = initial if isinstance(crashed, _Same) else crashed
    return cast("T", Field(initial, after_crash, stable=False))


def persistent(initial: T) -> T:
    """Declare a field that survives a crash as `sync` last forced it."""
    return cast("T", Field(initial, initial, stable=True))


def check_immutable(what: str, value: object) -> None:
    """Refuse what can be changed in place.

    Neither a crash nor the check of false guards could see such a change.
    """
    kind = type(value)
    if kind in _PLAIN:
        return
    try:
        if kind is tuple and len(cast("tuple[object, ...]", value)) > _LONG:
            _check_long(cast("tuple[object, ...]", value))
        else:
            hash(value)
    except TypeError:
        raise ImplementationError(
            f"{what} is {value!r}, which can be changed in place; "
            "use int, str, bool, tuple, frozenset or a frozen dataclass"
        ) from None


def _check_long(value: tuple[object, ...]) -> None:
    """Look at the kinds of the elements, and whole at both ends.

    A log grows at an end; hashing all of it at each step would take most of the time.
    """
    for kind in set(map(type, value)) - _PLAIN:
        if not (kind in {tuple, frozenset} or _is_frozen(kind)):
            hash(next(each for each in value if type(each) is kind))
    hash(value[0])
    hash(value[-1])


def _is_frozen(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return dataclasses.is_dataclass(kind) and bool(parameters and parameters.frozen)


class Memory:
    """What the current step of a process has done to its fields so far.

    For the runner of a process, not for its implementer.  `written` has, of the
    fields that the step assigned, what they were before it; `unsynced` names
    the persistent ones that no sync has forced yet; `effects` counts messages,
    timers and syncs.
    """

    __slots__ = (
        "effects",
        "fields",
        "in_step",
        "syncs",
        "unsynced",
        "values",
        "written",
    )

    def __init__(
        self,
        values: dict[str, object],
        fields: Mapping[str, Field],
        recovered: Mapping[str, object] | None,
    ) -> None:
        self.values = values
        self.fields = fields
        self.written: dict[str, object] = {}
        self.unsynced: set[str] = set()
        self.effects = 0
        self.syncs = 0
        self.in_step = False
        for field in fields.values():
            value = field.initial if recovered is None else field.after_crash
            if field.stable and recovered is not None:
                value = recovered.get(field.name, value)
            values[field.name] = value

    def write(self, name: str, value: object) -> None:
        """Assign a field; ImplementationError if the value is a mutable one."""
        if type(value) not in _PLAIN:
            check_immutable(f"field {name}", value)
        if name not in self.written:
            self.written[name] = self.values[name]
        self.values[name] = value
        if self.fields[name].stable:
            self.unsynced.add(name)

    def begin(self) -> None:
        """Start a step: nothing is written yet."""
        if self.written:
            self.written = {}
        self.effects = self.syncs = 0
        self.in_step = True

    def current(self, names: Iterable[str]) -> dict[str, object]:
        """Return the values of some fields."""
        return {name: self.values[name] for name in names}
