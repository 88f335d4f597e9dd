r"""What an event looks at in a state, what it changes, and how.

A variable is taken apart into *cells*: `rmState[r1]` is one, whether m is in the
set (or how often in the bag) `net` is another.  An event that only adds to a
bag and one that takes something out of it can change places; what is found
here says when that is sure, whatever the state.  All that is not understood
counts as looking at everything and changing it.
"""

from __future__ import annotations

import enum
import itertools
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from pyspec.errors import Mistake
from pyspec.language import ir
from pyspec.language.analyse import IMPURE, IMPURE_MODULES, OF_THE_RUN
from pyspec.language.runtime import ops, sets
from pyspec.language.runtime.modules import native
from pyspec.trace.model import Relation
from pyspec.values import Fn, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyspec.trace.model import Observation
    from pyspec.values import Value

__all__ = [
    "EVERY",
    "Cell",
    "Drawn",
    "Footprint",
    "How",
    "Reader",
    "joined",
    "with_observed",
]


class How(enum.Flag):
    """How a cell is used.

    - READ: its content matters
    - WRITE: it may be changed in any way
    - ADD: something is added to the set or bag there, whatever it has
    - NEED: the event is possible only if something is there, and more of it
      leaves possible what was
    - TAKE: one copy is taken out of the bag; only together with NEED
    """

    READ = enum.auto()
    WRITE = enum.auto()
    ADD = enum.auto()
    NEED = enum.auto()
    TAKE = enum.auto()


CHANGES: Final = How.WRITE | How.ADD | How.TAKE


class _Every(enum.Enum):
    EVERY = "every cell"


EVERY: Final = _Every.EVERY
"""In place of a key: any cell of the variable."""

Key: TypeAlias = "Value | _Every"
Cell: TypeAlias = "tuple[int, Key]"
"""The number of a variable, and the argument or element."""

Footprint: TypeAlias = "Mapping[Cell, How]"


def joined(parts: Iterable[Footprint]) -> dict[Cell, How]:
    """Return the footprint of several things that happen together or in turn.

    What each part merely adds, needs or takes may be the other's.
    """
    found: dict[Cell, How] = {}
    for part in parts:
        for cell, how in part.items():
            found[cell] = found.get(cell, How(0)) | _plain(how)
    return found


def with_observed(step: Footprint, seen: Footprint) -> dict[Cell, How]:
    """Return the footprint of a step and of what is observed around it."""
    cells = {**step, **seen}
    return {c: step.get(c, How(0)) | seen.get(c, How(0)) for c in cells}


def _plain(how: How) -> How:
    """Return the same as no more than reads and writes."""
    if how & (How.ADD | How.TAKE):
        return How.READ | How.WRITE
    return (how & How.WRITE) | (How.READ if how & (How.READ | How.NEED) else How(0))


class _Unclear(Exception):
    """The analysis cannot tell; whoever asked assumes the worst."""


class _Closure(NamedTuple):
    """An argument that was not evaluated."""

    node: ir.Node
    names: Names


class _Passed(NamedTuple):
    """An operator that was passed as an argument."""

    definition: ir.Definition
    names: Names


class _Known(NamedTuple):
    """A value."""

    value: Value


class _Some(enum.Enum):
    """Some value, drawn from where that was counted as read."""

    SOME = "some"


class Drawn(NamedTuple):
    """A value that an action draws, and what reads the footprint of its steps."""

    value: Value
    footprint: Callable[[], Footprint]


Meaning: TypeAlias = "_Closure | _Passed | _Known | _Some"
Names: TypeAlias = "dict[ir.Name, Meaning]"
Assigned: TypeAlias = "dict[int, int]"

_NO_VALUE: Final = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
"""What natives raise that are given what they are not made for."""
_MOST_DRAWN: Final = 64
_MOST_OUTCOMES: Final = 8
_MOST_BUILT: Final = 1_000
_MOST_VISITED: Final = 100_000


class Reader:
    """Reads footprints off the operators of a compiled module.

    - variables: their numbers in a state
    - constants: values of the spec's constants
    - standard: whether a module is one that natives stand for
    """

    def __init__(
        self,
        module: ir.Module,
        variables: Mapping[str, int],
        constants: Mapping[str, Value],
        standard: Callable[[str], bool],
    ) -> None:
        self.module = module
        self.numbers = variables
        self.variables = {each: variables[each.text] for each in module.variables}
        self.constants = {
            each: constants[each.text]
            for each in module.constants
            if each.text in constants
        }
        self.standard = standard

    @property
    def everything(self) -> Footprint:
        """Return the footprint of what may do anything."""
        both = How.READ | How.WRITE
        return {(number, EVERY): both for number in self.variables.values()}

    def action(self, operator: str, arguments: Iterable[Value]) -> Footprint:
        """Return the footprint of a step by an operator with these arguments."""
        return self._footprint(operator, arguments, _Reading.act)

    def value(self, operator: str, arguments: Iterable[Value]) -> Footprint:
        """Return the footprint of looking at a state operator."""
        return self._footprint(operator, arguments, _Reading.look)

    def drawn(self, operator: str, arguments: Iterable[Value]) -> list[Drawn] | None:
        r"""Return what an action's first `\E` draws, each with its steps' footprint.

        None if it does not begin with one, from a set that is known, or it is a
        disjunction of which some part does not.
        """
        definition = self.module.definitions.get(operator)
        if definition is None or definition.body is None:
            return None
        names = self._given(definition, arguments)
        try:
            steps = _Reading(self).first_drawn(definition.body, names)
        except (_Unclear, RecursionError):
            return None
        if steps is None:
            return None
        return [
            Drawn(value, partial(self._read, _Reading.act, node, inside))
            for value, node, inside in steps
        ]

    def observation(self, given: Observation) -> Footprint:
        """Return the footprint of an observation."""
        path = given.path
        if path.root not in self.numbers:
            return self.value(path.root, path.arguments)
        number = self.numbers[path.root]
        if path.selectors:
            return {(number, path.selectors[0]): How.READ}
        if given.relation is Relation.CONTAINS and not path.length:
            return {(number, given.value): How.READ}
        return {(number, EVERY): How.READ}

    def _footprint(
        self,
        operator: str,
        arguments: Iterable[Value],
        read: Callable[[_Reading, ir.Node, Names], object],
    ) -> Footprint:
        definition = self.module.definitions.get(operator)
        if definition is None or definition.body is None:
            return self.everything
        return self._read(read, definition.body, self._given(definition, arguments))

    def _read(
        self,
        read: Callable[[_Reading, ir.Node, Names], object],
        node: ir.Node,
        names: Names,
    ) -> Footprint:
        reading = _Reading(self)
        try:
            read(reading, node, names)
        except (_Unclear, RecursionError):
            return self.everything
        return reading.cells

    @staticmethod
    def _given(definition: ir.Definition, arguments: Iterable[Value]) -> Names:
        return {
            name: _Known(value)
            for name, value in zip(definition.parameters, arguments, strict=True)
        }


@dataclass
class _Reading:
    """The footprint of one thing, while it is read."""

    of: Reader
    cells: dict[Cell, How] = field(default_factory=dict)
    held: frozenset[Cell] = frozenset()
    assigning: bool = False
    visited: int = 0
    ways: list[bool] | None = None
    gone: int = 0

    def act(self, node: ir.Node, names: Names) -> None:
        """Read an action."""
        assigned = self.acts(node, names)
        for number, times in assigned.items():
            if times > 1:  # the second one is a test of what the first one gave
                self._test(number)

    def look(self, node: ir.Node, names: Names) -> None:
        """Read an expression."""
        self.reads(node, names)

    def first_drawn(
        self, node: ir.Node, names: Names
    ) -> list[tuple[Value, ir.Node, Names]] | None:
        r"""Return what the first `\E` draws, each with what is done with it."""
        match node:
            case ir.Builtin(name="$DisjList" | "\\lor"):
                parts = [self.first_drawn(each, names) for each in node.arguments]
                some = [part for part in parts if part is not None]
                return [*itertools.chain(*some)] if len(some) == len(parts) else None
            case ir.Binding(
                name="$BoundedExists",
                bounds=(ir.Bound(names=(name,), pattern=False, within=ir.Node() as s),),
                arguments=(body,),
            ):
                known = self._known(s, names)
                if known is None or not isinstance(known.value, frozenset):
                    return None
                return [(v, body, {**names, name: _Known(v)}) for v in known.value]
        return None

    def _note(self, cell: Cell, how: How) -> None:
        self.cells[cell] = self.cells.get(cell, How(0)) | how

    def _test(self, number: int) -> None:
        for cell, how in list(self.cells.items()):
            if cell[0] == number and how & CHANGES:
                self._note(cell, How.READ)

    def _visit(self) -> None:
        self.visited += 1
        if self.visited > _MOST_VISITED:
            raise _Unclear

    # ------------------------------------------------------------ actions

    def acts(self, node: ir.Node, names: Names) -> Assigned:  # noqa: C901, PLR0912 - one table of forms
        """Read what is conjoined or chosen between; count assignments on a path."""
        self._visit()
        match node:
            case ir.Builtin(name="$ConjList" | "\\land"):
                return self._all(node.arguments, names)
            case ir.Builtin(name="$DisjList" | "\\lor"):
                return _most(self.acts(each, names) for each in node.arguments)
            case ir.Builtin(name="$IfThenElse"):
                return self._if(node, names)
            case ir.Builtin(name="TRUE" | "FALSE"):
                return {}
            case ir.Builtin(name="UNCHANGED"):
                return dict.fromkeys(self._flat(node.arguments[0], names), 1)
            case ir.Builtin(name="=" | "\\in", arguments=(left, right)):
                number = self._assigned(left, names)
                if number is None:
                    self._condition(node, names)
                    return {}
                self._assign(number, right, names, exactly=node.name == "=")
                return {number: 1}
            case ir.Binding(name="$BoundedExists"):
                return _most(self._each(node, names))
            case ir.Binding(name="$BoundedForall"):
                return _sum(self._each(node, names))
            case ir.Builtin(name="$Case"):
                return _most(self._arms(node, names))
            case ir.Let():
                return self.acts(node.body, names)
            case ir.Reference(to=ir.Name() as name):
                meaning = names.get(name)
                if isinstance(meaning, _Closure):
                    return self.acts(meaning.node, meaning.names)
            case ir.Apply():
                inside = self._inlined(node, names)
                if inside is not None and not self._needed(node, names):
                    return self.acts(*inside)
        self._condition(node, names)
        return {}

    def _all(self, conjuncts: Iterable[ir.Node], names: Names) -> Assigned:
        """Read conjuncts; each may rely on what the others need."""
        conjuncts = [*conjuncts]
        before = self.held
        self.held = before.union(*(self._holds(each, names) for each in conjuncts))
        found = _sum(self.acts(each, names) for each in conjuncts)
        self.held = before
        return found

    def _arms(self, node: ir.Builtin, names: Names) -> Iterator[Assigned]:
        """Read the arms of a CASE."""
        for arm in node.arguments:
            if not isinstance(arm, ir.Builtin) or arm.name != "$Pair":
                raise _Unclear
            condition, action = arm.arguments
            self.reads(condition, names)
            yield self.acts(action, names)

    def _holds(self, node: ir.Node, names: Names) -> frozenset[Cell]:
        """Return the cells that a conjunct needs to have something."""
        self._visit()
        match node:
            case ir.Builtin(name="$ConjList" | "\\land"):
                return frozenset().union(
                    *(self._holds(each, names) for each in node.arguments)
                )
            case ir.Apply():
                needed = self._needed(node, names)
                if needed:
                    return frozenset(needed)
                inside = self._inlined(node, names)
                return self._holds(*inside) if inside is not None else frozenset()
        return frozenset(self._needed(node, names))

    def _needed(self, node: ir.Node, names: Names) -> tuple[Cell, ...]:
        r"""Return the cell that `m \in net` or `BagIn(m, net)` looks at."""
        match node:
            case ir.Builtin(name="\\in", arguments=(one, within)):
                return self._cell(self._domain_of(within, names), one, names)
            case ir.Apply(arguments=(one, within)):
                if self._native(node) == ("Bags", "BagIn"):
                    return self._cell(self._variable(within, names), one, names)
        return ()

    def _domain_of(self, node: ir.Node, names: Names) -> int | None:
        if isinstance(node, ir.Builtin) and node.name == "DOMAIN":
            return self._variable(node.arguments[0], names)
        return self._variable(node, names)

    def _cell(self, number: int | None, key: ir.Node, names: Names) -> tuple[Cell, ...]:
        known = self._known(key, names) if number is not None else None
        return () if number is None or known is None else ((number, known.value),)

    def _condition(self, node: ir.Node, names: Names) -> None:
        needed = self._needed(node, names)
        for cell in needed:
            self._note(cell, How.NEED)
        if needed:
            return
        is_test = isinstance(node, ir.Builtin) and node.name in _TESTS
        self.assigning = not is_test and self._native(node) is None
        self.reads(node, names)
        self.assigning = False

    def _if(self, node: ir.Builtin, names: Names) -> Assigned:
        condition, *branches = node.arguments
        known = self._known(condition, names)
        if known is not None:
            return self.acts(branches[0 if known.value else 1], names)
        held = [self.held | self._holds(each, names) for each in branches]
        if self._is_sure(condition, held[0] & held[1], names):
            return self.acts(branches[0], names)
        self.reads(condition, names)
        return _most(self.acts(each, names) for each in branches)

    def _is_sure(self, condition: ir.Node, held: frozenset[Cell], names: Names) -> bool:
        """Whether a condition is true if there is something in these cells."""
        known = self._known(condition, names)
        if known is not None:
            return bool(known.value)
        if not isinstance(condition, ir.Builtin):
            return False
        parts = (self._is_sure(each, held, names) for each in condition.arguments)
        if condition.name in {"$ConjList", "\\land"}:
            return all(parts)
        if condition.name in {"$DisjList", "\\lor"}:
            return any(parts)
        needed = self._needed(condition, names)
        return bool(needed) and held.issuperset(needed)

    def _each(self, node: ir.Binding, names: Names) -> Iterator[Assigned]:
        """Read the body for each value that is drawn, or twice for some value."""
        drawn = self._drawn(node, names)
        if drawn is None:
            for bound in node.bounds:
                self._from(bound, names, exists=node.name == "$BoundedExists")
            drawn = [self._any(node)] * 2
        for each in drawn:
            yield self.acts(node.arguments[0], {**names, **each})

    def _drawn(self, node: ir.Binding, names: Names) -> list[Names] | None:
        columns: list[list[tuple[ir.Name, Meaning]]] = []
        for bound in node.bounds:
            within = None if bound.within is None else self._known(bound.within, names)
            if bound.pattern or within is None:
                return None
            if not isinstance(within.value, frozenset):
                return None
            columns += [[(n, _Known(v)) for v in within.value] for n in bound.names]
        size = 1
        for column in columns:
            size *= len(column)
        return None if size > _MOST_DRAWN else [*map(dict, itertools.product(*columns))]

    @staticmethod
    def _any(node: ir.Binding) -> Names:
        return {name: _Some.SOME for bound in node.bounds for name in bound.names}

    def _from(self, bound: ir.Bound, names: Names, *, exists: bool) -> None:
        """Note where values are drawn from: what is drawn now could be with more."""
        number = self._domain_of(bound.within, names) if bound.within else None
        if exists and number is not None:
            self._note((number, EVERY), How.NEED)
        else:
            self._within(bound, names)

    def _within(self, bound: ir.Bound, names: Names) -> None:
        if bound.within is None:
            raise _Unclear
        self.reads(bound.within, names)

    def _flat(self, node: ir.Node, names: Names) -> Iterator[int]:
        """Return the variables of a tuple of them."""
        if isinstance(node, ir.Builtin) and node.name == "$Tuple":
            for each in node.arguments:
                yield from self._flat(each, names)
            return
        number = self._variable(node, names)
        if number is not None:
            yield number
            return
        inside = self._inlined(node, names) if isinstance(node, ir.Apply) else None
        if inside is None:
            raise _Unclear
        yield from self._flat(*inside)

    # ------------------------------------------------------------ assignments

    def _assigned(self, node: ir.Node, names: Names) -> int | None:
        if isinstance(node, ir.Builtin) and node.name == "'":
            return self._variable(node.arguments[0], names)
        return None

    def _assign(
        self, number: int, node: ir.Node, names: Names, *, exactly: bool
    ) -> None:
        cells = self._update(number, node, names) if exactly else None
        if cells is None:
            self._note((number, EVERY), How.WRITE)
            self.reads(node, names)
            return
        for key, how in cells.items():
            self._note((number, key), how)

    def _update(
        self, number: int, node: ir.Node, names: Names
    ) -> dict[Key, How] | None:
        """Return the cells that a new value differs in from the old; None: unclear."""
        self._visit()
        if self._variable(node, names) == number:
            return {}
        match node:
            case ir.Except():
                return self._excepted(number, node, names)
            case ir.Builtin(name="\\cup" | "\\union", arguments=(one, other)):
                return self._added(number, one, other, names)
            case ir.Builtin(name="\\", arguments=(one, other)):
                return self._removed(number, one, other, names)
            case ir.Builtin(name="$IfThenElse"):
                return self._either(number, node, names)
            case ir.Let():
                return self._update(number, node.body, names)
            case ir.Reference(to=ir.Name() as name):
                meaning = names.get(name)
                if isinstance(meaning, _Closure):
                    return self._update(number, meaning.node, meaning.names)
            case ir.Apply():
                return self._applied(number, node, names)
        return None

    def _excepted(
        self, number: int, node: ir.Except, names: Names
    ) -> dict[Key, How] | None:
        found = self._update(number, node.base, names)
        for update in node.updates:
            key = self._known(update.path[0], names)
            if found is None or key is None:
                return None
            for rest in update.path[1:]:
                self.reads(rest, names)
            self.reads(update.value, {**names, update.old: _Some.SOME})
            found[key.value] = How.WRITE
        return found

    def _added(
        self, number: int, one: ir.Node, other: ir.Node, names: Names
    ) -> dict[Key, How] | None:
        """Return the cells of a union of what the variable has with something."""
        for base, more in ((one, other), (other, one)):
            found = self._update(number, base, names)
            if found is not None:
                if self._known(more, names) is None:
                    self.reads(more, names)
                return _with(found, self._elements(more, names), How.ADD)
        return None

    def _elements(self, node: ir.Node, names: Names) -> Iterable[Key]:
        """Return what may be in a set or bag, whichever way each IF in it goes."""
        outcomes = self._outcomes(node, names)
        found: dict[Key, None] = {} if outcomes else {EVERY: None}
        for outcome in outcomes:
            if not isinstance(outcome.value, frozenset | Fn):
                return [EVERY]
            found |= dict.fromkeys(outcome.value)
        return found

    def _outcomes(self, node: ir.Node, names: Names) -> list[_Known]:
        """Return the values that an expression may have; none if it is unclear.

        Of each IF that depends on the state both ways are gone.
        """
        found: list[_Known] = []
        left: list[list[bool]] = [[]]
        while left:
            ways = left.pop()
            decided, self.ways, self.gone = len(ways), ways, 0
            known = self._known(node, names)
            self.ways = None
            if known is None or len(found) >= _MOST_OUTCOMES:
                return []
            found.append(known)
            left += [[*ways[:n], True] for n in range(decided, len(ways))]
        return found

    def _branch(self, node: ir.Builtin, names: Names) -> ir.Node:
        """Return the branch of an IF that is gone into now."""
        condition, *branches = node.arguments
        ways, self.ways = self.ways, None
        known = self._known(condition, names)
        self.ways = ways
        if known is not None:
            return branches[0 if known.value else 1]
        assert ways is not None  # noqa: S101 - the caller looked
        if self.gone == len(ways):
            ways.append(False)
        self.gone += 1
        return branches[0 if ways[self.gone - 1] else 1]

    def _removed(
        self, number: int, one: ir.Node, other: ir.Node, names: Names
    ) -> dict[Key, How] | None:
        found, known = self._update(number, one, names), self._known(other, names)
        if found is None or known is None or not isinstance(known.value, frozenset):
            return None
        return _with(found, [*known.value], How.WRITE)

    def _either(
        self, number: int, node: ir.Builtin, names: Names
    ) -> dict[Key, How] | None:
        condition, *branches = node.arguments
        known = self._known(condition, names)
        if known is not None:
            return self._update(number, branches[0 if known.value else 1], names)
        self.reads(condition, names)
        found = [self._update(number, each, names) for each in branches]
        if found[0] is None or found[1] is None:
            return None
        keys = {**found[0], **found[1]}
        return {
            key: found[0].get(key, How(0)) | found[1].get(key, How(0)) for key in keys
        }

    def _applied(
        self, number: int, node: ir.Apply, names: Names
    ) -> dict[Key, How] | None:
        match self._native(node), node.arguments:
            case ("Bags", "(+)" | "\\oplus"), (one, other):
                return self._added(number, one, other, names)
            case ("Bags", "(-)" | "\\ominus"), (one, other):
                return self._taken(number, one, other, names)
            case ("TLC", "@@"), (one, other):
                return self._merged(number, one, other, names)
            case None, _:
                inside = self._inlined(node, names)
                return None if inside is None else self._update(number, *inside)
        return None

    def _taken(
        self, number: int, one: ir.Node, other: ir.Node, names: Names
    ) -> dict[Key, How] | None:
        """Return the cells of a bag that loses what is known to be in it."""
        found, known = self._update(number, one, names), self._known(other, names)
        if found is None or known is None or not isinstance(known.value, Fn | tuple):
            return None
        for key in sets.elements(ops.domain(known.value)):
            single = ops.apply(known.value, key) == 1
            sure = single and (number, key) in self.held
            found = _with(found, [key], How.TAKE if sure else How.WRITE | How.READ)
        return found

    def _merged(
        self, number: int, one: ir.Node, other: ir.Node, names: Names
    ) -> dict[Key, How] | None:
        r"""Return the cells of `f @@ (k :> v)`, either way around."""
        for base, more in ((one, other), (other, one)):
            found = self._update(number, base, names)
            if found is None:
                continue
            if not isinstance(more, ir.Apply) or self._native(more) != ("TLC", ":>"):
                return None
            key = self._known(more.arguments[0], names)
            if key is None:
                return None
            self.reads(more.arguments[1], names)
            return _with(found, [key.value], How.WRITE | How.READ)
        return None

    # ------------------------------------------------------------ expressions

    def reads(self, node: ir.Node, names: Names) -> None:  # noqa: C901, PLR0912 - one table of forms
        """Read an expression, whatever it is used for."""
        self._visit()
        cell = self._looked_at(node, names)
        if cell is not None:
            self._note(cell, How.READ)
            return
        match node:
            case ir.Builtin(name="'") if self.assigning:
                self._may_assign(node, names)
            case ir.Literal():
                return
            case ir.Reference():
                self._named(node, names)
            case ir.Apply():
                self._of_operator(node, names)
            case ir.Operator(operator=ir.Definition() as definition):
                self._of_passed(definition, names)
            case ir.Builtin(name=name) if name in _PLAIN:
                for each in node.arguments:
                    self.reads(each, names)
            case ir.Binding():
                for bound in node.bounds:
                    self._within(bound, names)
                for each in node.arguments:
                    self.reads(each, {**names, **self._any(node)})
            case ir.Except():
                self._of_except(node, names)
            case ir.Let():
                self.reads(node.body, names)
            case _:
                raise _Unclear

    def _may_assign(self, node: ir.Builtin, names: Names) -> None:
        """Note that a new value may be chosen where it looks like being tested."""
        number = self._variable(node.arguments[0], names)
        if number is None:
            raise _Unclear
        self._note((number, EVERY), How.READ | How.WRITE)

    def _of_except(self, node: ir.Except, names: Names) -> None:
        self.reads(node.base, names)
        for update in node.updates:
            for key in update.path:
                self.reads(key, names)
            self.reads(update.value, {**names, update.old: _Some.SOME})

    def _named(self, node: ir.Reference, names: Names) -> None:
        if isinstance(node.to, ir.Declared):
            if node.to in self.of.variables:
                self._note((self.of.variables[node.to], EVERY), How.READ)
            elif node.to not in self.of.constants:
                raise _Unclear
            return
        meaning = names.get(node.to)
        if isinstance(meaning, _Closure):
            self.reads(meaning.node, meaning.names)
        elif not isinstance(meaning, _Known | _Some):
            raise _Unclear

    def _of_operator(self, node: ir.Apply, names: Names) -> None:
        key = self._native(node)
        if key is not None:
            if not _is_pure(*key):
                raise _Unclear
            for each in node.arguments:
                self.reads(each, names)
            return
        inside = self._inlined(node, names)
        if inside is None:
            raise _Unclear
        self.reads(*inside)

    def _of_passed(self, definition: ir.Definition, names: Names) -> None:
        if definition.body is None or definition.recursive:
            raise _Unclear
        some: Names = dict.fromkeys(definition.parameters, _Some.SOME)
        self.reads(definition.body, {**names, **some})

    def _looked_at(self, node: ir.Node, names: Names) -> Cell | None:
        r"""Return the one cell that `f[k]`, `f.k` or `k \in f` looks at."""
        found: tuple[Cell, ...] = ()
        match node:
            case ir.Builtin(name="$FcnApply" | "$RcdSelect", arguments=(whole, key)):
                number = self._variable(whole, names, primed=not self.assigning)
                found = self._cell(number, key, names)
            case ir.Builtin(name="\\in" | "\\notin", arguments=(key, whole)):
                found = self._cell(self._domain_of(whole, names), key, names)
            case ir.Apply(arguments=(key, whole)):
                if self._native(node) in {("Bags", "BagIn"), ("Bags", "CopiesIn")}:
                    found = self._cell(self._variable(whole, names), key, names)
        return found[0] if found else None

    # ------------------------------------------------------------ names

    def _variable(
        self, node: ir.Node, names: Names, *, primed: bool = False
    ) -> int | None:
        """Return the variable that an expression is; if `primed`, or its new value."""
        if primed and isinstance(node, ir.Builtin) and node.name == "'":
            return self._variable(node.arguments[0], names)
        if not isinstance(node, ir.Reference):
            return None
        if isinstance(node.to, ir.Declared):
            return self.of.variables.get(node.to)
        meaning = names.get(node.to)
        if isinstance(meaning, _Closure):
            return self._variable(meaning.node, meaning.names, primed=primed)
        return None

    def _native(self, node: ir.Node) -> tuple[str, str] | None:
        """Return module and name of a standard module's operator."""
        if isinstance(node, ir.Apply) and isinstance(node.operator, ir.Definition):
            module, name = node.operator.module, node.operator.name.rpartition("!")[2]
            if self.of.standard(module) and native(module, name) is not None:
                return module, name
        return None

    def _inlined(self, node: ir.Apply, names: Names) -> tuple[ir.Node, Names] | None:
        """Return the body of what is applied, and what names mean in it."""
        operator: object = node.operator
        around = names
        if isinstance(operator, ir.Name):
            meaning = names.get(operator)
            if not isinstance(meaning, _Passed):
                return None
            operator, around = meaning.definition, {**names, **meaning.names}
        if not isinstance(operator, ir.Definition) or operator.recursive:
            return None
        if operator.body is None or self._native(node) is not None:
            return None
        given = (self._argument(each, names) for each in node.arguments)
        return operator.body, {
            **around,
            **dict(zip(operator.parameters, given, strict=True)),
        }

    def _argument(self, node: ir.Node, names: Names) -> Meaning:
        if isinstance(node, ir.Operator):
            if isinstance(node.operator, ir.Definition):
                return _Passed(node.operator, names)
            meaning = (
                names.get(node.operator) if isinstance(node.operator, ir.Name) else None
            )
            if not isinstance(meaning, _Passed):
                raise _Unclear
            return meaning
        return self._known(node, names) or _Closure(node, names)

    # ------------------------------------------------------------ constants

    def _known(self, node: ir.Node, names: Names) -> _Known | None:
        """Return the value of an expression that depends on no state."""
        try:
            return _Known(_built(self._value(node, names)))
        except (_Unclear, Mistake, *_NO_VALUE):
            return None

    def _value(self, node: ir.Node, names: Names) -> Any:  # noqa: ANN401 - of the runtime, lazy or not
        self._visit()
        match node:
            case ir.Literal():
                return node.value
            case ir.Reference(to=ir.Declared() as declared):
                if declared in self.of.constants:
                    return self.of.constants[declared]
            case ir.Reference(to=ir.Name() as name):
                meaning = names.get(name)
                if isinstance(meaning, _Known):
                    return meaning.value
                if isinstance(meaning, _Closure):
                    return self._value(meaning.node, meaning.names)
            case ir.Builtin():
                return self._of_builtin(node, names)
            case ir.Apply():
                return self._computed(node, names)
        raise _Unclear

    def _computed(self, node: ir.Apply, names: Names) -> Any:  # noqa: ANN401 - likewise
        key = self._native(node)
        if key is None:
            inside = self._inlined(node, names)
            if inside is None:
                raise _Unclear
            return self._value(*inside)
        found = native(*key)
        if found is None or not _is_pure(*key):
            raise _Unclear
        return _as_value(found.call(*(self._value(a, names) for a in node.arguments)))

    def _of_builtin(self, node: ir.Builtin, names: Names) -> Any:  # noqa: ANN401 - likewise
        if node.name in {"TRUE", "FALSE"}:
            return ops.value(node.name == "TRUE")
        if node.name in {"$RcdConstructor", "$SetOfRcds"}:
            fields = self._fields(node, names)
            if node.name == "$RcdConstructor":
                return record(**{name: _built(each) for name, each in fields.items()})
            return _as_value(ops.record_set(tuple(fields), *fields.values()))
        if node.name == "$IfThenElse" and self.ways is not None:
            return self._value(self._branch(node, names), names)
        if node.name not in _BUILT:
            raise _Unclear
        return _as_value(
            _BUILT[node.name](*(self._value(each, names) for each in node.arguments))
        )

    def _fields(self, node: ir.Builtin, names: Names) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for pair in node.arguments:
            if not isinstance(pair, ir.Builtin) or pair.name != "$Pair":
                raise _Unclear
            name, value = pair.arguments
            if not isinstance(name, ir.Literal) or not isinstance(name.value, str):
                raise _Unclear
            found[name.value] = self._value(value, names)
        return found


def _is_pure(module: str, name: str) -> bool:
    """Whether a standard operator gives the same for the same, and no more."""
    if module == "TLCExt" or module in IMPURE_MODULES:
        return False
    return (module, name) not in IMPURE | OF_THE_RUN


def _sum(several: Iterable[Assigned]) -> Assigned:
    """Return the assignments of all that happens together."""
    found: Assigned = {}
    for each in several:
        for number, times in each.items():
            found[number] = found.get(number, 0) + times
    return found


def _most(several: Iterable[Assigned]) -> Assigned:
    """Return the most assignments on one of several paths."""
    found: Assigned = {}
    for each in several:
        for number, times in each.items():
            found[number] = max(found.get(number, 0), times)
    return found


def _with(cells: dict[Key, How], keys: Iterable[Key], how: How) -> dict[Key, How]:
    """Return cells of two changes, one after the other."""
    found = dict(cells)
    for key in keys:
        found[key] = how if key not in found else How.READ | How.WRITE
    return found


def _as_value(found: Any) -> Any:  # noqa: ANN401 - of the runtime, lazy or not
    """Return what an operator of the runtime gave, as one of its values."""
    return ops.value(found) if isinstance(found, bool) else found


def _built(found: Any) -> Value:  # noqa: ANN401 - of the runtime, lazy or not
    """Return a value through and through; sets that are large are not built."""
    if isinstance(found, sets.LazySet) and found.size() > _MOST_BUILT:
        raise _Unclear
    plain: Value = sets.plain(found)
    return plain


_BUILT: Final[Mapping[str, Callable[..., object]]] = {
    "$Tuple": lambda *items: tuple(map(_built, items)),
    "$SetEnumerate": ops.set_of,
    "$FcnApply": ops.apply,
    "$RcdSelect": ops.field,
    "=": ops.eq,
    "/=": lambda a, b: not ops.eq(a, b),
    "\\in": lambda a, s: sets.contains(s, a),
    "\\notin": lambda a, s: not sets.contains(s, a),
    "\\lnot": lambda a: not ops.truth(a),
    "$ConjList": lambda *some: all(map(ops.truth, some)),
    "\\land": lambda *some: all(map(ops.truth, some)),
    "$DisjList": lambda *some: any(map(ops.truth, some)),
    "\\lor": lambda *some: any(map(ops.truth, some)),
    "$IfThenElse": lambda a, b, c: b if ops.truth(a) else c,
    "\\cup": ops.cup,
    "\\union": ops.cup,
    "\\": ops.setminus,
    "$CartesianProd": ops.product,
    "DOMAIN": ops.domain,
}

_TESTS: Final = frozenset({"=", "/=", "\\in", "\\notin", "\\subseteq"})
"""What compares values, so that nothing in it is an assignment."""

_PLAIN: Final = frozenset(_BUILT) | {
    "TRUE",
    "FALSE",
    "BOOLEAN",
    "STRING",
    "=>",
    "\\equiv",
    "\\cap",
    "\\intersect",
    "\\subseteq",
    "SUBSET",
    "UNION",
    "$RcdConstructor",
    "$SetOfRcds",
    "$SetOfFcns",
    "$Pair",
    "$Case",
    "'",
}
