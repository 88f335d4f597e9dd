"""Fields of a process: what it knows, and what of that survives a crash."""

from __future__ import annotations

import dataclasses
import enum
import functools
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from refimpl.actions import in_order
from refimpl.maps import FrozenMap
from refimpl.triggers import ImplementationError, ProcessId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "UNRECORDED",
    "Field",
    "Memory",
    "check_immutable",
    "is_frozen",
    "persistent",
    "recorded",
    "volatile",
]

T = TypeVar("T")

UNRECORDED: Final[Mapping[str, bool]] = MappingProxyType({"recorded": False})
"""Metadata of a field of a message, or of another dataclass, that the spec has not:
`operation: Operation = field(metadata=UNRECORDED)`.  The spec's record is without it.
"""

_PLAIN: Final = frozenset({int, str, bool, bytes, type(None), ProcessId})
_LONG: Final = 16
"""Of a longer tuple not every element is hashed each time that it is assigned."""


class Field:
    """A field of a process.  Made by `volatile` and `persistent`.

    Its value lies in the process's `__dict__`, so that reading one costs nothing.
    `each` is the path to what it is a function of, if it is one.
    """

    def __init__(
        self,
        initial: object,
        after_crash: object,
        *,
        stable: bool,
        each: str | None = None,
    ) -> None:
        check_immutable("a field", initial)
        check_immutable("a field", after_crash)
        self.initial = initial
        self.after_crash = after_crash
        self.stable = stable
        self.each = each
        self.name = ""

    def at_first(self, process: Mapping[str, object]) -> object:
        """Return the value in a process that never ran, given its attributes."""
        return self._of_each(self.initial, process)

    def when_down(self, process: Mapping[str, object]) -> object:
        """Return the value from a crash until the restart assigns it."""
        return self._of_each(self.after_crash, process)

    def _of_each(self, value: object, process: Mapping[str, object]) -> object:
        if self.each is None:
            return value
        first, *rest = self.each.removeprefix("self.").split(".")
        if first not in process:
            raise ImplementationError(
                f"{self.name} is a function of each of {self.each}; "
                f"assign self.{first} before super().__init__(context)"
            )
        found = functools.reduce(getattr, rest, process[first])
        arguments = in_order(cast("Iterable[object]", found))
        return FrozenMap(dict.fromkeys(arguments, value))

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


class _Same(enum.Enum):
    SAME = "the initial value"


@overload
def volatile(initial: T, *, crashed: T | _Same = ...) -> T: ...


@overload
def volatile(
    initial: T, *, each: str, crashed: T | _Same = ...
) -> FrozenMap[Any, T]: ...


def volatile(
    initial: T, *, each: str | None = None, crashed: T | _Same = _Same.SAME
) -> T | FrozenMap[Any, T]:
    """Declare a field that a crash loses.

    `crashed` is what it is from a crash until the restart assigns it: what the
    spec says of a process that is down.  The same as `initial` if left out.
    With `each`, a path such as "self.servers", it is a function from each of these,
    at first to `initial`: a FrozenMap.  `self.servers` must be there before
    `super().__init__(context)`.
    """
    after_crash = initial if isinstance(crashed, _Same) else crashed
    return cast("T", Field(initial, after_crash, stable=False, each=each))


@overload
def persistent(initial: T) -> T: ...


@overload
def persistent(initial: T, *, each: str) -> FrozenMap[Any, T]: ...


def persistent(initial: T, *, each: str | None = None) -> T | FrozenMap[Any, T]:
    """Declare a field that survives a crash as `sync` last forced it.

    `each` is as for `volatile`.
    """
    return cast("T", Field(initial, initial, stable=True, each=each))


@functools.cache
def recorded(kind: type) -> tuple[str, ...]:
    """Return the fields of a frozen dataclass that the spec's record has."""
    return tuple(
        each.name
        for each in dataclasses.fields(kind)
        if each.metadata.get("recorded", True)
    )


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
            "use int, str, bool, tuple, frozenset, FrozenMap or a frozen dataclass"
        ) from None


def _check_long(value: tuple[object, ...]) -> None:
    """Look at the kinds of the elements, and whole at both ends.

    A log grows at an end; hashing all of it at each step would take most of the time.
    """
    for kind in set(map(type, value)) - _PLAIN:
        if not (kind in {tuple, frozenset} or is_frozen(kind)):
            hash(next(each for each in value if type(each) is kind))
    hash(value[0])
    hash(value[-1])


@functools.cache
def is_frozen(kind: type) -> bool:
    """Whether a class is a frozen dataclass."""
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
            if recovered is None:
                value = field.at_first(values)
            else:
                value = field.when_down(values)
                if field.stable:
                    value = recovered.get(field.name, value)
            values[field.name] = value

    def write(self, name: str, value: object) -> None:
        """Assign a field; ImplementationError if the value is a mutable one.

        To assign what is there already leaves nothing to be forced.
        """
        if type(value) not in _PLAIN:
            check_immutable(f"field {name}", value)
        before = self.values[name]
        if name not in self.written:
            self.written[name] = before
        self.values[name] = value
        if value is not before and self.fields[name].stable:
            self.unsynced.add(name)

    def begin(self) -> None:
        """Start a step: nothing is written yet."""
        if self.written:
            self.written = {}
        self.effects = self.syncs = 0
        self.in_step = True

    def forked(self, values: dict[str, object]) -> Memory:
        """Return the memory of a copy of the process, whose fields are `values`."""
        made = Memory(values, {}, None)
        made.fields = self.fields
        made.unsynced = set(self.unsynced)
        return made

    def current(self, names: Iterable[str]) -> dict[str, object]:
        """Return the values of some fields."""
        return {name: self.values[name] for name in names}
