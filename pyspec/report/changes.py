"""What changed from one state to the next, at the finest grain that is short.

A function with the same domain before and after is followed into its entries,
a set into what came and went, a sequence that grew into what was appended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspec.values import Fn, apply, canonical, domain, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspec.values import Value


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.  `text` is what it says behind the path."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}  {self.text}"


def changes(
    before: Mapping[str, Value | None],
    after: Mapping[str, Value | None],
) -> list[Change]:
    """Return the differences, in the order of the variables.

    A value of None is a variable that TLC could not assign.
    """
    return [
        change
        for name, new in after.items()
        for change in _variable(name, before.get(name), new)
    ]


def _variable(name: str, old: Value | None, new: Value | None) -> Iterator[Change]:
    if old is None or new is None:
        if old is not new:
            yield Change(name, f"{_shown(old)} -> {_shown(new)}")
    else:
        yield from _within(name, old, new)


def _shown(value: Value | None) -> str:
    return "no value" if value is None else show(value)


def _within(path: str, old: Value, new: Value) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, frozenset) and isinstance(new, frozenset):
        yield from _set(path, old, new)
    elif isinstance(old, tuple) and isinstance(new, tuple) and len(old) != len(new):
        yield _sequence(path, old, new)
    elif _is_function(old) and _is_function(new):
        yield from _function(path, old, new)
    else:
        yield Change(path, f"{show(old)} -> {show(new)}")


def _is_function(value: Value) -> bool:
    return isinstance(value, Fn | tuple)


def _set(
    path: str,
    old: frozenset[Value],
    new: frozenset[Value],
) -> Iterator[Change]:
    for element in canonical(new - old):
        yield Change(path, f"+ {show(element)}")
    for element in canonical(old - new):
        yield Change(path, f"- {show(element)}")


def _sequence(path: str, old: tuple[Value, ...], new: tuple[Value, ...]) -> Change:
    if new[: len(old)] == old and old:
        added = ", ".join(map(show, new[len(old) :]))
        return Change(path, f"appended {added}")
    return Change(path, f"{show(old)} -> {show(new)}")


def _function(path: str, old: Value, new: Value) -> Iterator[Change]:
    old_keys, new_keys = domain(old), domain(new)
    for key in canonical(old_keys | new_keys):
        at = f"{path}.{key}" if _is_field(old, new, key) else f"{path}[{show(key)}]"
        if key not in new_keys:
            yield Change(at, f"removed (was {show(apply(old, key))})")
        elif key not in old_keys:
            yield Change(at, f"added: {show(apply(new, key))}")
        else:
            yield from _within(at, apply(old, key), apply(new, key))


def _is_field(old: Value, new: Value, key: Value) -> bool:
    return (
        isinstance(key, str)
        and key.isidentifier()
        and all(not isinstance(v, Fn) or v.is_record for v in (old, new))
    )
