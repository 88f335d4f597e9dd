"""SYMMETRY: states that only differ by a permutation of model values count as one.

TLC takes the least of the states that a group of permutations makes of one.
Which one it is does not matter for what is counted or found, as long as all of
them have the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyspec.values import Fn, ModelValue, fn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["group_of", "representative"]

Permutation = dict[ModelValue, ModelValue]
State = tuple[Any, ...]

_REMEMBERED: Final = 1 << 20
"""Values whose images are kept, for each permutation."""


def representative(permutations: Iterable[Any]) -> Callable[[State], State]:
    """Return what takes a state to the one that stands for all of its kind.

    `permutations` are functions on model values, as Permutations(S) gives them;
    the group is what they generate.
    """
    images = [_Image(each) for each in group_of(map(_as_dict, permutations))]
    numbers: dict[Any, int] = {}

    def numbered(state: State) -> tuple[int, ...]:
        return tuple(numbers.setdefault(value, len(numbers)) for value in state)

    def of(state: State) -> State:
        least, key = state, numbered(state)
        for image in images:
            other = tuple(map(image.of, state))
            other_key = numbered(other)
            if other_key < key:
                least, key = other, other_key
        return least

    return of


def group_of(generators: Iterable[Permutation]) -> list[Permutation]:
    """Return all products of permutations but the identity."""
    given = [_moving(each) for each in generators]
    found: dict[frozenset[tuple[ModelValue, ModelValue]], Permutation] = {}
    pending: list[Permutation] = [{}]
    while pending:
        one = pending.pop()
        key = frozenset(one.items())
        if key in found:
            continue
        found[key] = one
        pending += [_product(one, each) for each in given]
    found.pop(frozenset(), None)
    return list(found.values())


def _product(first: Permutation, then: Permutation) -> Permutation:
    moved = first.keys() | then.keys()
    whole = {
        name: then.get(first.get(name, name), first.get(name, name)) for name in moved
    }
    return _moving(whole)


def _moving(permutation: Permutation) -> Permutation:
    """Leave out what stays where it is, so that equal permutations are equal."""
    return {
        name: to for name, to in sorted(permutation.items(), key=_by_name) if name != to
    }


def _by_name(pair: tuple[ModelValue, ModelValue]) -> str:
    return pair[0].name


def _as_dict(permutation: Any) -> dict[Any, ModelValue]:  # noqa: ANN401 - a function
    pairs = permutation.items() if isinstance(permutation, Fn) else ()
    return {key: to for key, to in pairs if isinstance(to, ModelValue)}


class _Image:
    """What a permutation makes of values."""

    def __init__(self, permutation: Permutation) -> None:
        self._permutation = permutation
        self._known: dict[Any, Any] = {}

    def of(self, value: Any) -> Any:  # noqa: ANN401 - any value
        """Return the image of a value."""
        kind = type(value)
        if kind is ModelValue:
            return self._permutation.get(value, value)
        if kind is not tuple and kind is not frozenset and kind is not Fn:
            return value
        found = self._known.get(value)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[value] = self._made(value)
        return found

    def _made(self, value: Any) -> Any:  # noqa: ANN401 - any value
        if type(value) is Fn:
            return fn({self.of(key): self.of(of) for key, of in value.items()})
        return type(value)(map(self.of, value))
