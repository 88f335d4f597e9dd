"""States that differ only in the names of constants' values which no trace mentions.

A trace that says *an RM prepared* and never which leaves as many states possible
as there are choices of RMs, but hardly more kinds of states than there are
numbers of them.  One state of each kind is enough: a spec treats model values
alike, whichever way they are permuted, as long as it does not CHOOSE among
them, and so does a trace that names none.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from pyspec.values import Fn, ModelValue
from pyspec.values.names import Renaming, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pyspec.language.state import State
    from pyspec.values import Value

    Column: TypeAlias = tuple[int, ...]
    _Reading: TypeAlias = tuple[Column, list[Column], bool]

__all__ = ["Kinds", "alike"]

_REMEMBERED: Final = 1 << 18
"""Values whose profiles are kept."""

_ABSENT: Final = 0


def alike(
    constants: Iterable[Value], mentioned: Iterable[Value]
) -> tuple[tuple[ModelValue, ...], ...]:
    """Return classes of model values of which any two may be exchanged.

    That is: each constant stays what it is, and nothing that is `mentioned`
    (all that a trace says) has one of them.  Classes of one are left out.
    """
    constants = tuple(constants)
    free = names_in(constants) - names_in(tuple(mentioned))
    classes: list[list[ModelValue]] = []
    for name in sorted(free, key=attrgetter("name")):
        for each in classes:
            if _exchangeable(name, each[0], constants):
                each.append(name)
                break
        else:
            classes.append([name])
    return tuple(tuple(each) for each in classes if len(each) > 1)


def _exchangeable(one: ModelValue, two: ModelValue, constants: Sequence[Value]) -> bool:
    swap = Renaming({one: two, two: one})
    return all(swap.of(value) == value for value in constants)


class _Profile(NamedTuple):
    """How names that are alike occur in a value.

    - shape: the value's number, if one could not tell the alike apart
    - places: for each of them that occurs, the number of how it does
    - apart: no element of a set and no pair of a function has two of them
    """

    shape: int
    places: Mapping[ModelValue, int]
    apart: bool


class _Column(NamedTuple):
    """A profile of a variable's value, with the places in the order of the names."""

    shape: int
    places: tuple[int, ...] | None
    apart: bool


class Kinds:
    """Tells states apart that no exchange of names within `classes` makes equal.

    Numbers stand for structures, one for each that occurs, so nothing is left
    to chance: two states of one kind are permutations of each other.  Where an
    element has two names (a message from one to another) some that are might
    not be found to be.  `names` are those of all classes.
    """

    def __init__(self, classes: Sequence[Sequence[ModelValue]]) -> None:
        self.classes = classes
        self._ordered = tuple(name for each in classes for name in each)
        self._bounds = _bounds(classes)
        self.names = frozenset(self._ordered)
        self._numbers: dict[Any, int] = {}
        self._known: dict[Any, _Profile] = {}
        self._columns: dict[Any, _Column] = {}
        self._itself = self._number("itself")
        self._last: tuple[State, _Reading] | None = None

    def kind(self, state: State) -> object:
        """Return what states share only if exchanging names makes one the other."""
        shapes, places, apart = self._read(state)
        if not apart:
            return self._in_order(state, places)
        return shapes, tuple(tuple(sorted(places[a:b])) for a, b in self._bounds)

    def spare(self, state: State) -> Callable[[object], bool] | None:
        """Return what is true of values that need not be tried in a state.

        Each has one name, and exchanging that for another leaves the state as it
        is and gives a value that is tried; None if there is no such value.
        """
        _, places, apart = self._read(state)
        names = self._spare_names(places) if apart else set()
        if not names:
            return None

        def is_spare(value: object) -> bool:
            if type(value) is ModelValue:
                return value in names
            if type(value) is not Fn and type(value) is not tuple:
                return False
            found = self._profile(value).places
            return len(found) == 1 and not names.isdisjoint(found)

        return is_spare

    def _spare_names(self, places: Sequence[Column]) -> set[ModelValue]:
        """Return names that occur just where another one does that is not returned."""
        found: set[ModelValue] = set()
        for a, b in self._bounds:
            seen: set[Column] = set()
            for name, place in zip(self._ordered[a:b], places[a:b], strict=True):
                if place in seen:
                    found.add(name)
                seen.add(place)
        return found

    def _read(self, state: State) -> _Reading:
        """Return the shapes of the variables, and where each name occurs.

        A search often goes on from the state whose kind it has just asked for.
        """
        if self._last is None or self._last[0] is not state:
            self._last = state, self._reading(state)
        return self._last[1]

    def _reading(self, state: State) -> _Reading:
        columns = [self._columns.get(value) or self._column(value) for value in state]
        rows = [column.places for column in columns if column.places is not None]
        places = [*zip(*rows, strict=True)] or [()] * len(self._ordered)
        apart = all(column.apart for column in columns)
        return tuple(column.shape for column in columns), places, apart

    def _in_order(self, state: State, places: Sequence[Column]) -> State:
        """Return the state with names given in the order of where they occur."""
        swap: dict[ModelValue, ModelValue] = {}
        for a, b in self._bounds:
            names = self._ordered[a:b]
            ordered = sorted(range(a, b), key=places.__getitem__)
            swap.update(zip((self._ordered[n] for n in ordered), names, strict=True))
        return tuple(map(Renaming(swap).of, state))

    # ------------------------------------------------------------ profiles

    def _number(self, structure: object) -> int:
        return self._numbers.setdefault(structure, len(self._numbers) + 1)

    def _column(self, value: Any) -> _Column:  # noqa: ANN401 - any value
        if len(self._columns) >= _REMEMBERED:
            self._columns.clear()
        found = self._profile(value)
        row = None
        if found.places:
            row = tuple(found.places.get(name, _ABSENT) for name in self._ordered)
        made = _Column(found.shape, row, found.apart)
        self._columns[value] = made
        return made

    def _profile(self, value: Any) -> _Profile:  # noqa: ANN401 - any value
        found = self._known.get(value)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[value] = self._made(value)
        return found

    def _made(self, value: Any) -> _Profile:  # noqa: ANN401 - any value
        kind = type(value)
        if kind is frozenset:
            return self._several("set", [*map(self._profile, value)])
        if kind is Fn:
            return self._several("function", [*map(self._profile, value.items())])
        if kind is tuple:
            return self._row([*map(self._profile, value)])
        if kind is ModelValue and value in self.names:
            number = self._ordered.index(value)
            of = next(n for n, (a, b) in enumerate(self._bounds) if a <= number < b)
            places = {value: self._itself}
            return _Profile(self._number(("one", of)), places, apart=True)
        return _Profile(self._number(("value", kind, value)), {}, apart=True)

    def _row(self, parts: Sequence[_Profile]) -> _Profile:
        places: dict[ModelValue, list[int]] = {}
        for index, part in enumerate(parts):
            for name, place in part.places.items():
                places.setdefault(name, []).extend((index, place))
        return self._numbered("row", [part.shape for part in parts], places, parts)

    def _several(self, what: str, parts: Sequence[_Profile]) -> _Profile:
        places: dict[ModelValue, list[tuple[int, int]]] = {}
        for part in parts:
            for name, place in part.places.items():
                places.setdefault(name, []).append((part.shape, place))
        for each in places.values():
            each.sort()
        apart = all(len(part.places) < 2 for part in parts)  # noqa: PLR2004 - two are a pair
        shapes = sorted(part.shape for part in parts)
        return self._numbered(what, shapes, places, parts if apart else ())._replace(
            apart=apart and all(part.apart for part in parts)
        )

    def _numbered(
        self,
        what: str,
        shapes: Sequence[int],
        places: Mapping[ModelValue, Sequence[object]],
        parts: Sequence[_Profile],
    ) -> _Profile:
        number = self._number
        return _Profile(
            number((what, *shapes)),
            {name: number((what, "at", *at)) for name, at in places.items()},
            all(part.apart for part in parts),
        )


def _bounds(classes: Sequence[Sequence[object]]) -> tuple[tuple[int, int], ...]:
    """Return where each class begins and ends if they stand one after another."""
    found, start = [], 0
    for each in classes:
        found.append((start, start + len(each)))
        start += len(each)
    return tuple(found)
