"""SYMMETRY: states that only differ by a permutation of model values count as one.

TLC takes the least of the states that a group of permutations makes of one.
Which one it is does not matter for what is counted or found, as long as all of
them have the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspec.values import Fn, ModelValue
from pyspec.values.names import Renaming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["group_of", "representative"]

Permutation = dict[ModelValue, ModelValue]
State = tuple[Any, ...]


def representative(permutations: Iterable[Any]) -> Callable[[State], State]:
    """Return what takes a state to the one that stands for all of its kind.

    `permutations` are functions on model values, as Permutations(S) gives them;
    the group is what they generate.
    """
    images = [Renaming(each) for each in group_of(map(_as_dict, permutations))]
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
