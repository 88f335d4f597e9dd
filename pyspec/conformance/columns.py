r"""Kinds of states as columns of names, and steps of one name at a time.

Where no part of a state (an element of a set, a pair of a function) has two of
the names that are alike, a state is what has none of them, and for each name a
*column*: the parts that have it.  Its kind is the former with the columns sorted
(the generic representatives of Emerson & Trefler, "From asymmetry to full
symmetry", CHARME 1999).

A step that is drawn for a name, and whose footprint has no cell of another name,
gives that name another column, whatever the others have.  So it is evaluated
once for each column beside each of what it may look at that has no name, and not
in each state.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from pyspec.values import Fn, ModelValue, fn
from pyspec.values.names import Renaming, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from pyspec.conformance.footprint import Drawn, Footprint
    from pyspec.conformance.symmetric import Kinds
    from pyspec.language.state import State
    from pyspec.values import Value

    Rest: TypeAlias = "tuple[int, ...]"
    Kind: TypeAlias = "tuple[Rest, tuple[int, ...]]"
    Node: TypeAlias = "tuple[Any, State | None]"
    Outcomes: TypeAlias = "tuple[tuple[Rest, int], ...]"
    Spare: TypeAlias = "Callable[[Any], bool]"
    Taken: TypeAlias = "Callable[[State, Spare | None], Iterable[State]]"

__all__ = ["Columns", "Moves", "Plain", "moves"]

_REMEMBERED: Final = 1 << 18
"""Values that are kept with their parts."""

_NOBODY: Final = -1
"""In place of a column: what is drawn has no name."""

_ENOUGH: Final = 256
_WORTH: Final = 4
"""Of so many evaluations each has to serve so many times, or is not worth it."""


class Columns:
    """Tells the kinds of states, and follows them, for the names of `kinds`.

    A kind is the numbers of what has no name in each variable, and the sorted
    numbers of columns; where a part has two names it is None and what `kinds`
    tells.  A node is a kind, and a state of it where one is at hand.
    """

    def __init__(self, kinds: Kinds) -> None:
        classes, self._kinds = kinds.classes, kinds
        self._names = [name for each in classes for name in each]
        self._classes = [n for n, each in enumerate(classes) for _ in each]
        firsts = [(each[0], name) for each in classes for name in each]
        self._to_first = {name: Renaming({name: first}) for first, name in firsts}
        self._from_first = {name: Renaming({first: name}) for first, name in firsts}
        self._parted: dict[Any, _Parted] = {}
        self._called: dict[tuple[int, ModelValue], tuple[Any, ...]] = {}
        self._rests, self._cells, self._columns = _Numbers(), _Numbers(), _Numbers()
        self._nowhere = (self._cells.number(frozenset()),) * len(self._names)
        self._forms = _Numbers()
        self._masks: list[int] = []

    def node(self, state: State) -> Node:
        """Return a state with its kind."""
        found = self._read(state)
        if found is None:
            return (None, self._kinds.kind(state)), state
        rest, columns = found
        return (rest, tuple(sorted(columns))), state

    def states(self, nodes: Iterable[Node]) -> set[State]:
        """Return a state of the kind of each node."""
        return {self._made(kind)[0] if at is None else at for kind, at in nodes}

    def followed(
        self, own: Moves | None, node: Node, plainly: Callable[[State], Iterable[State]]
    ) -> Iterable[Node]:
        """Return what an event leads to; the same may come several times.

        `own` are its steps if they are of one name each; `plainly` gives all
        states that it leads to from a state.
        """
        kind, state = node
        found = self._quickly(own, kind) if own is not None else None
        if found is None:
            at = self._made(kind)[0] if state is None else state
            return map(self.node, plainly(at))
        return found

    # ------------------------------------------------------------ steps of one name

    def _quickly(self, own: Moves, kind: Any) -> list[Node] | None:  # noqa: ANN401 - of either form
        """Return what an event leads to; None if it cannot be told by columns."""
        rest, columns = kind
        if rest is None or not own.is_worth_it:
            return None
        distinct = dict.fromkeys(columns)
        mask = 0
        for column in distinct:
            mask |= self._masks[column]
        known = own.known.setdefault((own.seen_of(rest), mask & self._bits(own)), {})
        found: list[Node] = []
        for column in own.drawers(distinct):
            own.asked += 1
            if column not in known:
                own.evaluated += 1
                known[column] = self._outcomes(own, kind, column)
            outcomes = known[column]
            if outcomes is None:
                return None
            for after, new in outcomes:
                now = own.put_into(rest, after), _replaced(columns, column, new)
                found.append((now, None))
        return found

    def _outcomes(self, own: Moves, kind: Kind, column: int) -> Outcomes | None:
        """Evaluate the steps that are drawn for a name with this column.

        Return what they may change that has no name, and that name's new column;
        None if what others have matters.
        """
        if any(self._has_names(variable, kind) for variable in own.whole):
            return None
        state, before = self._made(kind)
        place = before.index(column) if column != _NOBODY else None
        found: dict[tuple[Rest, int], None] = {}
        for after in own.of(None if place is None else self._names[place], state):
            read = self._read(after)
            if read is None:
                return None
            rest, columns = read
            new = _NOBODY
            if place is not None:
                new, columns[place] = columns[place], column
            seen = own.seen_of(rest)
            if columns != before or own.put_into(kind[0], seen) != rest:
                return None
            found[seen, new] = None
        return tuple(found)

    def _has_names(self, variable: int, kind: Kind) -> bool:
        empty = self._nowhere[0]
        columns = (self._columns.items[number] for number in kind[1])
        return any(cells[variable] != empty for _, cells in columns)

    def _bits(self, own: Moves) -> int:
        """Return the bits of all forms that parts of its variables have.

        They are told apart so that what has no value because of the form of some
        other name's part is not taken for what has one.
        """
        many = len(self._forms.items)
        if own.bits[0] != many:
            forms = enumerate(self._forms.items)
            bits = sum(1 << n for n, (of, _) in forms if of in own.variables)
            own.bits = many, bits
        return own.bits[1]

    # ------------------------------------------------------------ states and columns

    def _read(self, state: State) -> tuple[Rest, list[int]] | None:
        """Return what has no name, and each name's column; None if a part has two."""
        parted = [self._parted.get(value) or self._split(value) for value in state]
        if not all(each.apart for each in parted):
            return None
        rows = zip(*(each.cells for each in parted), strict=True)
        columns = [*map(self._column, self._classes, rows)]
        return tuple(each.rest for each in parted), columns

    def _made(self, kind: Kind) -> tuple[State, list[int]]:
        """Return a state of a kind, and each name's column in it."""
        rest, numbers = kind
        left: dict[int, list[int]] = {}
        for number in reversed(numbers):
            left.setdefault(self._columns.items[number][0], []).append(number)
        columns = [left[each].pop() for each in self._classes]
        rests = [self._rests.items[number] for number in rest]
        parts = [[*nameless] for _, nameless in rests]
        for name, column in zip(self._names, columns, strict=True):
            for variable, cell in enumerate(self._columns.items[column][1]):
                parts[variable] += self._parts(cell, name)
        return tuple(map(_whole, (form for form, _ in rests), parts)), columns

    def _column(self, of: int, cells: tuple[int, ...]) -> int:
        number = self._columns.number((of, cells))
        if number == len(self._masks):
            mask = 0
            for variable, cell in enumerate(cells):
                for part in self._cells.items[cell]:
                    mask |= 1 << self._forms.number((variable, _form(part)))
            self._masks.append(mask)
        return number

    def _parts(self, cell: int, name: ModelValue) -> tuple[Any, ...]:
        """Return the parts in a cell as they are for a name."""
        found = self._called.get((cell, name))
        if found is None:
            parts = map(self._from_first[name].of, self._cells.items[cell])
            found = self._called[cell, name] = tuple(parts)
        return found

    def _split(self, value: Any) -> _Parted:  # noqa: ANN401 - any value
        """Take a value apart; what has names by the names that it has."""
        form, parts = _taken_apart(value)
        rest, mine = [], dict[ModelValue, list[Any]]()
        apart = True
        for part in parts:
            names = names_in(part) & self._to_first.keys()
            if not names:
                rest.append(part)
                continue
            name, *others = names
            apart = apart and not others
            mine.setdefault(name, []).append(self._to_first[name].of(part))
        cells = self._nowhere
        if mine:
            sets = (frozenset(mine.get(name, ())) for name in self._names)
            cells = tuple(map(self._cells.number, sets))
        if len(self._parted) >= _REMEMBERED:
            self._parted.clear()
        number = self._rests.number((form, frozenset(rest)))
        found = self._parted[value] = _Parted(number, cells, apart)
        return found


class Plain:
    """Follows states; `kind` tells those apart that are not alike."""

    def __init__(self, kind: Callable[[State], object]) -> None:
        self._kind = kind

    def node(self, state: State) -> Node:
        """Return a state with its kind."""
        return self._kind(state), state

    def states(self, nodes: Iterable[Node]) -> set[State]:
        """Return the states of nodes."""
        return {state for _, state in nodes if state is not None}

    def followed(
        self, _: Moves | None, node: Node, plainly: Callable[[State], Iterable[State]]
    ) -> Iterable[Node]:
        """Return what an event leads to, by what gives all states after one."""
        return (self.node(after) for at in self.states([node]) for after in plainly(at))


class Moves:
    """The steps of an event that are of one name each.

    - taken: gives the states after them; its last argument is true of values
      that are not to be drawn
    - mine: what is drawn for each name, and for none; None if nothing is drawn
    - variables: those that the steps look at or change
    - whole: those of them that may not have names in them
    """

    def __init__(
        self,
        taken: Taken,
        mine: Mapping[ModelValue | None, AbstractSet[Value]] | None,
        variables: AbstractSet[int],
        whole: AbstractSet[int],
    ) -> None:
        self.variables = tuple(sorted(variables))
        self.whole = whole
        self.known: dict[tuple[Rest, int], dict[int, Outcomes | None]] = {}
        self.bits = 0, 0
        self.asked = self.evaluated = 0
        self._taken = taken
        self._mine = mine

    @property
    def is_worth_it(self) -> bool:
        """Whether what was evaluated once is asked for again."""
        return self.evaluated < _ENOUGH or self.evaluated * _WORTH < self.asked

    def of(self, name: ModelValue | None, state: State) -> Iterable[State]:
        """Return the states after steps that are drawn for a name, or for none."""
        if self._mine is None:
            return self._taken(state, None)
        values = self._mine.get(name, frozenset())
        return self._taken(state, lambda value: value not in values)

    def drawers(self, columns: Iterable[int]) -> Iterable[int]:
        """Return the columns for whose names something is drawn, or nobody's."""
        if self._mine is None:
            return (_NOBODY,)
        return (_NOBODY, *columns) if None in self._mine else columns

    def seen_of(self, rest: Rest) -> Rest:
        """Return those numbers that are of its variables."""
        return tuple([rest[variable] for variable in self.variables])

    def put_into(self, rest: Rest, seen: Rest) -> Rest:
        """Return the numbers with those of its variables replaced."""
        found = [*rest]
        for variable, number in zip(self.variables, seen, strict=True):
            found[variable] = number
        return tuple(found)


def moves(
    classes: Sequence[Sequence[ModelValue]],
    drawn: Sequence[Drawn] | None,
    around: Footprint,
    taken: Taken,
) -> Moves | None:
    """Return the steps of an event, if they are of one name of the `classes` each.

    - drawn: what they are drawn for; None if they count as drawn for nobody
    - around: the footprint of what is observed, or of steps drawn for nobody
    """
    if drawn is None:
        whole = {variable for variable, _ in around}
        return Moves(taken, None, whole, whole)
    mine: dict[ModelValue | None, set[Value]] = {}
    variables, whole = set[int](), set[int]()
    names = {name for each in classes for name in each}
    firsts = {each[0] for each in classes}
    for value, footprint in drawn:
        own = names_in(value) & names
        if len(own) > 1:
            return None
        mine.setdefault(next(iter(own), None), set()).add(value)
        if not own <= firsts:
            continue  # its footprint is that of the first one, but for the name
        for variable, key in (*footprint(), *around):
            variables.add(variable)
            of = names_in(key) & names
            if not of:
                whole.add(variable)
            elif of != own:
                return None
    return Moves(taken, mine, variables, whole)


# ---------------------------------------------------------------- values and parts


class _Parted(NamedTuple):
    """The numbers of what has no name in a value, and of each name's parts."""

    rest: int
    cells: tuple[int, ...]
    apart: bool


@dataclass(slots=True)
class _Numbers:
    """Gives each thing a number, from 0."""

    items: list[Any] = field(default_factory=list)
    _known: dict[Hashable, int] = field(default_factory=dict)

    def number(self, item: Hashable) -> int:
        found = self._known.setdefault(item, len(self.items))
        if found == len(self.items):
            self.items.append(item)
        return found


def _taken_apart(value: Any) -> tuple[str, Iterable[Any]]:  # noqa: ANN401 - any value
    kind = type(value)
    if kind is frozenset:
        return "set", value
    if kind is Fn:
        return "function", value.items()
    if kind is tuple:
        return "function", enumerate(value, 1)
    return "itself", (value,)


def _whole(form: str, parts: Sequence[Any]) -> Value:
    """Return the value of which these are the parts."""
    if form == "set":
        return frozenset(parts)
    if form == "function":
        return fn(parts)
    (itself,) = parts
    found: Value = itself
    return found


def _form(value: Any) -> object:  # noqa: ANN401 - any value
    """Return what two values share if whatever has a value for one has for both."""
    kind = type(value)
    if kind is frozenset:
        return "set", frozenset(map(_form, value))
    if kind is tuple:
        return "row", *map(_form, value)
    if kind is Fn:
        return "function", *((key, _form(of)) for key, of in value.items())
    if kind is int:
        return "number", (value > 0) - (value < 0)
    return kind


def _replaced(columns: tuple[int, ...], old: int, new: int) -> tuple[int, ...]:
    if old == new:
        return columns
    found = [*columns]
    found.remove(old)
    insort(found, new)
    return tuple(found)
