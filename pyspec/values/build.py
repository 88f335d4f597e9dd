"""From lark's tree of a value to the value."""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, Any, Final

from pyspec.values.grammar import IMPORTED, Place
from pyspec.values.model import (
    FALSE,
    MAX_DIGITS,
    TRUE,
    Fn,
    ModelValue,
    Value,
    domain,
    fn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyspec.values.grammar import Node

MAX_ELEMENTS: Final = 100_000
"""How many elements one text may stand for without listing them (`1..9`)."""

MAX_PARTS: Final = 2_000_000
"""How many parts those elements may have, a tuple of three being three."""

_IN_A_FILE: Final = 2_000_000
_BY_CHARACTER: Final = 16
_REMEMBERED: Final = 1 << 12

_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", '"': '"', "\\": "\\"}


class Spending:
    """What the texts of one file may stand for, all together.

    A few characters can stand for many elements, and a file has many texts:
    what is kept of it is to be in proportion to its length.
    """

    def __init__(self) -> None:
        self.left = _IN_A_FILE
        self.known: dict[str, Value] = {}
        self._intervals: dict[tuple[int, int], frozenset[Value]] = {}

    def read(self, characters: int) -> None:
        """Take note that so much of the file was read."""
        self.left += _BY_CHARACTER * characters

    def spend(self, parts: int) -> None:
        """Take note of parts of values that the file does not list."""
        self.left -= parts
        if self.left < 0:
            raise UnfitError(
                "the sets of this file stand for too many elements in all",
                "list the elements that are meant",
            )

    def interval(self, low: int, high: int) -> frozenset[Value]:
        """Return `low..high`; equal ones are one object, and spent once."""
        known = self._intervals.get((low, high))
        if known is None:
            self.spend(high - low + 1)
            known = frozenset(range(low, high + 1))
            self._intervals[low, high] = known
        return known

    def remember(self, text: str, value: Value) -> Value:
        """Keep the value of a text that may come again."""
        if len(self.known) < _REMEMBERED:
            self.known[text] = value
        return value


class Builder:
    """Turns trees into values, without recursion.

    Each rule or alias of the grammar has a method `on_<rule>` that takes what
    its children became.  Grammars that import the rules of values extend this.
    """

    def __init__(self, place: Place, spending: Spending | None = None) -> None:
        self.place = place
        self.spending = spending or Spending()
        self._start = 0
        self._spent = 0

    def build(self, tree: Node) -> Any:  # noqa: ANN401 - each rule has its own type
        """Return what the tree stands for."""
        ready: list[Any] = []
        for node in reversed(_parents_first(tree)):
            if isinstance(node, str):
                ready.append(str(node))
                continue
            size = len(node.children)
            children = ready[len(ready) - size :]
            del ready[len(ready) - size :]
            ready.append(self._call(node, children))
        return ready[0]

    def rule(self, name: str, children: list[Any]) -> Any:  # noqa: ANN401 - as build
        """Return what one rule makes of its children."""
        rule: Callable[[list[Any]], Any] = getattr(self, f"on_{name}")
        return rule(children)

    @property
    def line(self) -> int:
        """The line, in the file, of what is being built."""
        return self.place.line_of(self._start)

    def _call(self, node: Node, children: list[Any]) -> Any:  # noqa: ANN401 - as build
        self._start = getattr(node.meta, "start_pos", 0)
        try:
            return self.rule(node.data.removeprefix(IMPORTED), children)
        except UnfitError as unfit:
            raise self.place.mistake(
                unfit.message, self._start, hint=unfit.hint
            ) from None

    # Values, in the order of the grammar.

    def on_merged(self, functions: list[Value]) -> Value:
        """Build `f @@ g`."""
        pairs: list[tuple[Value, Value]] = []
        for function in functions:
            if not isinstance(function, (Fn, tuple)):
                raise UnfitError("@@ joins functions, and this is none")
            pairs += items(function)
        return distinct_fn(pairs)

    def on_mapping(self, pair: list[Value]) -> Value:
        """Build `k :> v`."""
        return fn([(pair[0], pair[1])])

    def on_union(self, sets: list[Value]) -> Value:
        r"""Build `S \cup T`."""
        return frozenset().union(*map(elements, sets))

    def on_intersection(self, sets: list[Value]) -> Value:
        r"""Build `S \cap T`."""
        first, *others = map(elements, sets)
        return first.intersection(*others)

    def on_difference(self, sets: list[Value]) -> Value:
        r"""Build `S \ T`."""
        return elements(sets[0]) - elements(sets[1])

    def on_product(self, sets: list[Value]) -> Value:
        r"""Build `S \X T`: a set of pairs; of triples with three."""
        factors = list(map(elements, sets))
        self._spend(math.prod(map(len, factors)), len(factors))
        return frozenset(itertools.product(*factors))

    def on_interval(self, ends: list[int]) -> Value:
        """Build `1..3`."""
        low, high = ends
        if high < low:
            return frozenset()
        self._check_elements(high - low + 1)
        return self.spending.interval(low, high)

    def on_powerset(self, sets: list[Value]) -> Value:
        """Build `SUBSET S`."""
        members = list(elements(sets[0]))
        self._spend_power(2, len(members), max(len(members) // 2, 1))
        sizes = range(len(members) + 1)
        subsets = (itertools.combinations(members, size) for size in sizes)
        return frozenset(map(frozenset, itertools.chain.from_iterable(subsets)))

    def on_flattened(self, sets: list[Value]) -> Value:
        """Build `UNION S`."""
        return frozenset().union(*map(elements, elements(sets[0])))

    def on_string(self, tokens: list[str]) -> Value:
        """Build `"a"`."""
        return unescaped(tokens[0])

    def on_true(self, _: list[str]) -> Value:
        """Build `TRUE`."""
        return TRUE

    def on_false(self, _: list[str]) -> Value:
        """Build `FALSE`."""
        return FALSE

    def on_name(self, tokens: list[str]) -> Value:
        """Build `r1`, or BOOLEAN."""
        name = tokens[0]
        if name == "BOOLEAN":
            return frozenset((TRUE, FALSE))
        if name == "STRING":
            raise UnfitError("the set STRING is infinite")
        return ModelValue(name)

    def on_set(self, members: list[Value]) -> Value:
        """Build `{1, 2}`."""
        return frozenset(members)

    def on_tuple(self, members: list[Value]) -> Value:
        """Build `<<1, 2>>`."""
        return tuple(members)

    def on_record(self, fields: list[tuple[str, Value]]) -> Value:
        """Build `[a |-> 1]`."""
        return distinct_fn(fields)

    def on_field(self, field: list[Any]) -> tuple[str, Value]:
        """Build one field of a record."""
        return field[0], field[1]

    def on_records(self, fields: list[Any]) -> Value:
        """Build `[a: S, b: T]`."""
        names, sets = fields[::2], [elements(each) for each in fields[1::2]]
        if len(set(names)) < len(names):
            raise UnfitError("this record has two fields of one name")
        self._spend(math.prod(map(len, sets)), len(names))
        rows = itertools.product(*sets)
        return frozenset(fn(zip(names, row, strict=True)) for row in rows)

    def on_functions(self, sets: list[Value]) -> Value:
        """Build `[S -> T]`."""
        keys, results = list(elements(sets[0])), elements(sets[1])
        self._spend_power(len(results), len(keys), max(len(keys), 1))
        rows = itertools.product(results, repeat=len(keys))
        return frozenset(fn(zip(keys, row, strict=True)) for row in rows)

    def on_grouped(self, inside: list[Value]) -> Value:
        """Build `(v)`."""
        return inside[0]

    def on_integer(self, tokens: list[str]) -> int:
        """Build `12`."""
        if len(tokens[0]) > MAX_DIGITS:
            raise UnfitError(f"an integer of more than {MAX_DIGITS} digits")
        return int(tokens[0])

    def on_negative(self, tokens: list[str]) -> int:
        """Build `-12`."""
        return -self.on_integer(tokens)

    def _spend(self, count: int, width: int) -> None:
        """Take note of elements, and of how many parts each one has."""
        self._check_elements(count)
        if count * width > MAX_PARTS:
            raise UnfitError(f"this stands for more than {MAX_PARTS:,} parts of values")
        self.spending.spend(count * width)

    def _check_elements(self, count: int) -> None:
        self._spent += count
        if self._spent > MAX_ELEMENTS:
            raise UnfitError(
                f"this stands for more than {MAX_ELEMENTS:,} elements in all",
                "list the elements that are meant",
            )

    def _spend_power(self, base: int, exponent: int, width: int) -> None:
        too_many = base > 1 and exponent * math.log2(base) > math.log2(MAX_ELEMENTS) + 1
        self._spend(MAX_ELEMENTS + 1 if too_many else base**exponent, width)


class UnfitError(Exception):
    """A rule's children do not fit together; the builder adds where that is."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def _parents_first(tree: Node) -> list[Any]:
    nodes: list[Any] = []
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        nodes.append(node)
        if not isinstance(node, str):
            pending += node.children
    return nodes


def elements(value: Value) -> frozenset[Value]:
    """Return the elements of a set, or say that it is none."""
    if isinstance(value, frozenset):
        return value
    raise UnfitError("this is not a set whose elements are known")


def items(function: Fn | tuple[Value, ...]) -> list[tuple[Value, Value]]:
    """Pairs of argument and value."""
    if isinstance(function, Fn):
        return list(function.items())
    return list(enumerate(function, start=1))


def distinct_fn(pairs: Iterable[tuple[Value, Value]]) -> Value:
    """Make a function; refuse an argument that occurs twice."""
    pairs = list(pairs)
    function = fn(pairs)
    if len(domain(function)) < len(pairs):
        raise UnfitError("this function or record has an argument or field twice")
    return function


def unescaped(literal: str) -> str:
    r"""Take off the quotes and resolve `\"`, `\\`, `\n`, `\t`, `\r`, `\f`.

    A backslash before anything else stands for itself, since TLC may have
    printed it raw.
    """
    inside = literal[1:-1]
    if "\\" not in inside:
        return inside
    return _ESCAPE.sub(_escaped, inside)


_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


def _escaped(escape: re.Match[str]) -> str:
    character = escape[1]
    return _ESCAPES.get(character, escape[0])
