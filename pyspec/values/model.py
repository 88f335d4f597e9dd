"""The values themselves.  See the package for which Python type is which."""

from __future__ import annotations

import re
from bisect import bisect
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, Union, final
from weakref import WeakValueDictionary

from pyspec.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Value: TypeAlias = Union[
    int,
    str,
    "Bool",
    "ModelValue",
    "Fn",
    "frozenset[Value]",
    "tuple[Value, ...]",
]

MAX_DEPTH: Final = 100
"""How deep values are read and printed.

Python compares and hashes nested tuples by recursion in C: some thousand
levels overflow its stack, and comparing stops at the recursion limit, which
the caller's own frames have partly used up.
"""

MAX_DIGITS: Final = 4_000
"""How many digits an integer may have; Python converts no more than 4,300."""

_LONGEST_FOUND: Final = 60
_NAME: Final = re.compile(r"[0-9_]*[A-Za-z][A-Za-z0-9_]*")
_TYPED: Final = re.compile(r"([A-Za-z])_.")
NO_MODEL_VALUES: Final = frozenset(
    {"TRUE", "FALSE", "BOOLEAN", "STRING", "SUBSET", "UNION"}
)


def is_name(text: str) -> bool:
    """Whether the text has the form of a TLA+ identifier."""
    return _NAME.fullmatch(text) is not None


def _shortened(name: str) -> str:
    """Return a name for a message: what cannot be printed is escaped."""
    short = name[:_LONGEST_FOUND]
    return short if short.isprintable() else ascii(short)


@final
class Bool:
    """TRUE or FALSE; there are just these two objects.

    Not Python's `bool`, which is an `int`: `{True} == {1}` there, and a set or
    a table of states would silently take one for the other.
    """

    __slots__ = ("_truth",)
    _truth: bool

    def __init__(self, *, truth: bool) -> None:
        self._truth = truth

    def __bool__(self) -> bool:
        return self._truth

    def __repr__(self) -> str:
        return "TRUE" if self._truth else "FALSE"

    def __reduce__(self) -> str:
        return repr(self)


TRUE: Final = Bool(truth=True)
FALSE: Final = Bool(truth=False)


def boolean(*, truth: bool) -> Bool:
    """Return the TLA+ boolean for a Python one."""
    return TRUE if truth else FALSE


@final
class ModelValue:
    """A constant that equals only itself, as TLC's cfg files declare it.

    Two of one name are one object.  `kind` is S for S_a, and empty for one that
    TLC lets be compared with everything.  A name that TLC could not print and read
    back (`a b`, TRUE) is a Mistake.
    """

    __slots__ = ("__weakref__", "kind", "name")
    name: str
    kind: str
    _known: ClassVar[WeakValueDictionary[str, ModelValue]] = WeakValueDictionary()

    def __new__(cls, name: str) -> ModelValue:
        """Return the model value of this name."""
        known = cls._known.get(name)
        if known is None:
            if not is_name(name) or name in NO_MODEL_VALUES:
                raise Mistake(
                    "this cannot be the name of a model value",
                    expected="letters, digits and _, with a letter among them",
                    found=_shortened(name),
                )
            known = object.__new__(cls)
            object.__setattr__(known, "name", name)
            typed = _TYPED.match(name)
            object.__setattr__(known, "kind", typed[1] if typed else "")
            cls._known[name] = known
        return known

    def __setattr__(self, attribute: str, value: object) -> None:
        msg = f"a model value is immutable: cannot set {attribute} to {value!r}"
        raise AttributeError(msg)

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[type[ModelValue], tuple[str]]:
        return ModelValue, (self.name,)


@final
class Shape:
    """The domain of functions, shared by all functions that have it.

    `keys` are in canonical order, `index` has the place of each; `domain` is the
    set of them.  `kind` is
    their Python type if they all have one; if it is Fn, all of them are records
    or none of them is, as `has_records` says.  `comparable` is for those who
    compare keys to note whether all of them can be, once they know.
    """

    __slots__ = (
        "__weakref__",
        "_less",
        "_more",
        "comparable",
        "domain",
        "has_records",
        "index",
        "is_record",
        "keys",
        "kind",
    )
    keys: tuple[Value, ...]
    domain: frozenset[Value]
    index: dict[Value, int]
    is_record: bool
    kind: type[Value] | None
    has_records: bool
    comparable: bool | None

    def __init__(
        self, keys: frozenset[Value], ordered: tuple[Value, ...] | None = None
    ) -> None:
        self.keys = ordered or tuple(map(shared, canonical(keys)))
        self.domain = keys
        self.index = {key: place for place, key in enumerate(self.keys)}
        self.is_record = all(isinstance(key, str) for key in self.keys)
        kinds = {(type(key), type(key) is Fn and key.is_record) for key in self.keys}
        self.kind, self.has_records = kinds.pop() if len(kinds) == 1 else (None, False)
        self.comparable = None
        self._less: dict[int, Shape] = {}
        self._more: dict[Value, Shape] = {}

    def less(self, place: int) -> Shape:
        """Return the shape without the key at a place."""
        shape = self._less.get(place)
        if shape is None:
            rest = self.keys[:place] + self.keys[place + 1 :]
            shape = self._less[place] = _shape_of(frozenset(rest), rest)
        return shape

    def more(self, key: Value) -> Shape:
        """Return the shape with one more key."""
        shape = self._more.get(key)
        if shape is None:
            if len(self._more) >= _NEIGHBOURS:
                self._more.clear()
            place = bisect(self.keys, _key(key), key=_key)
            ordered = (*self.keys[:place], shared(key), *self.keys[place:])
            shape = self._more[key] = _shape_of(self.domain | {key}, ordered)
        return shape


_NEIGHBOURS: Final = 64
"""Larger shapes that a shape remembers."""

_KEPT: Final = 1 << 14
_kept: dict[Value, Value] = {}


def shared(value: Value) -> Value:
    """Return one object for equal values, mostly; comparing those costs little."""
    if len(_kept) > _KEPT:
        _kept.clear()
    return _kept.setdefault(value, value)


_shapes: WeakValueDictionary[frozenset[Value], Shape] = WeakValueDictionary()


@final
class Fn:
    """A function with a finite domain other than 1..n; records are functions.

    Make one with `fn` or `record`.  Iteration and `items()` follow the
    canonical order of the domain, so they do not depend on the hash seed.
    `row` has the values in the order of `shape.keys`; both are for those who
    must be fast, and nobody changes them.
    """

    __slots__ = ("_hash", "row", "shape")
    shape: Shape
    row: tuple[Value, ...]
    _hash: int

    def __init__(self, shape: Shape, values: tuple[Value, ...]) -> None:
        self.shape = shape
        self.row = values
        self._hash = hash((id(shape), values))

    def __getitem__(self, key: Value) -> Value:
        return self.row[self.shape.index[key]]

    def __contains__(self, key: object) -> bool:
        return key in self.shape.index

    def __iter__(self) -> Iterator[Value]:
        return iter(self.shape.keys)

    def __len__(self) -> int:
        return len(self.row)

    def items(self) -> Iterator[tuple[Value, Value]]:
        """Return pairs of argument and value."""
        return zip(self.shape.keys, self.row, strict=True)

    def values(self) -> tuple[Value, ...]:
        """Return the values, in the order of the domain."""
        return self.row

    def replaced(self, key: Value, value: Value) -> Fn:
        """Return this function with another value at one key; KeyError if new."""
        place = self.shape.index[key]
        values = self.row
        return Fn(self.shape, (*values[:place], value, *values[place + 1 :]))

    def without(self, key: Value) -> Value:
        """Return this function without one key; KeyError if it is not there."""
        place = self.shape.index[key]
        if len(self.row) == 1 or self.shape.kind in {int, None}:
            return fn(pair for pair in self.items() if pair[0] != key)
        return Fn(self.shape.less(place), (*self.row[:place], *self.row[place + 1 :]))

    def joined(self, key: Value, value: Value) -> Fn:
        """Return this function with one more argument, which it does not have yet.

        Its domain is no sequence's, so that of the larger function is none.
        """
        shape = self.shape.more(key)
        place, row = shape.index[key], self.row
        return Fn(shape, (*row[:place], value, *row[place:]))

    @property
    def is_record(self) -> bool:
        """Whether every element of the domain is a string."""
        return self.shape.is_record

    def has_domain_of(self, other: Fn) -> bool:
        """Whether both have one domain; then their values correspond in order."""
        return self.shape is other.shape

    def __eq__(self, other: object) -> bool:
        return self is other or (
            type(other) is Fn and self.shape is other.shape and self.row == other.row
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        inside = ", ".join(f"{key!r}: {value!r}" for key, value in self.items())
        return f"fn({{{inside}}})"

    def __reduce__(
        self,
    ) -> tuple[Callable[[dict[Value, Value]], Value], tuple[dict[Value, Value]]]:
        return fn, (dict(self.items()),)


def fn(pairs: Mapping[Any, Value] | Iterable[tuple[Value, Value]]) -> Value:
    """Return the function that maps each key to its value.

    A domain of 1..n gives a tuple, because in TLA+ a sequence is such a
    function; so the empty function is `()`.
    """
    mapping: dict[Value, Value] = dict(pairs)
    size = len(mapping)
    if all(type(key) is int and 1 <= key <= size for key in mapping):
        return tuple(mapping[place] for place in range(1, size + 1))
    shape = _shape_of(frozenset(mapping))
    return Fn(shape, tuple(mapping[key] for key in shape.keys))


def fn_maker(keys: Iterable[Value]) -> Callable[[tuple[Value, ...]], Value]:
    """Return what `fn` would make of these keys, as a function of the values.

    The keys are distinct, the values come in their order.  For many functions
    with one domain: what can be done once is done once.
    """
    keys = tuple(keys)
    size = len(keys)
    if all(type(key) is int and 1 <= key <= size for key in keys):
        return _ordered(keys, tuple(range(1, size + 1)))
    shape = _shape_of(frozenset(keys))
    order = _ordered(keys, shape.keys)
    return lambda values: Fn(shape, order(values))


def _shape_of(
    keys: frozenset[Value], ordered: tuple[Value, ...] | None = None
) -> Shape:
    """Return the one shape with these keys; `ordered` has them in canonical order."""
    shape = _shapes.get(keys)
    if shape is None:
        shape = _shapes[keys] = Shape(keys, ordered)
    return shape


def _ordered(
    given: tuple[Value, ...], wanted: tuple[Value, ...]
) -> Callable[[tuple[Value, ...]], tuple[Value, ...]]:
    """Return what takes values in the order of some keys to that of others."""
    if given == wanted:
        return lambda values: values
    places = {key: place for place, key in enumerate(given)}
    return itemgetter(*(places[key] for key in wanted))


def record(**fields: Value) -> Value:
    """Return the record with these fields."""
    return fn(list(fields.items()))


def domain(function: Value) -> frozenset[Value]:
    """Return DOMAIN of a function, record or sequence."""
    if isinstance(function, tuple):
        return frozenset(range(1, len(function) + 1))
    if isinstance(function, Fn):
        return frozenset(function)
    msg = f"not a function: {function!r}"
    raise TypeError(msg)


def apply(function: Value, argument: Value) -> Value:
    """Return `function[argument]`; KeyError outside of its domain."""
    if isinstance(function, tuple):
        if type(argument) is int and 1 <= argument <= len(function):
            return function[argument - 1]
        raise KeyError(argument)
    if isinstance(function, Fn):
        return function[argument]
    msg = f"not a function: {function!r}"
    raise TypeError(msg)


def updated(function: Value, argument: Value, value: Value) -> Value:
    """Return `[function EXCEPT ![argument] = value]`.

    As in TLA+, an argument outside of the domain changes nothing.
    """
    if argument not in domain(function):
        return function
    if isinstance(function, tuple):
        place = argument - 1 if isinstance(argument, int) else 0
        return (*function[:place], value, *function[place + 1 :])
    assert isinstance(function, Fn)  # noqa: S101 - domain() refused the rest
    return fn([*function.items(), (argument, value)])


def canonical(values: Iterable[Value]) -> list[Value]:
    """Sort values into one order that no hash seed changes.

    Booleans, integers, strings, model values by name, tuples, functions, sets;
    within a kind by size and then by content.
    """
    values = list(values)
    kinds = set(map(type, values))
    if kinds <= {int} or kinds <= {str}:
        return sorted(values, key=_plain_key)
    return sorted(values, key=_key)


def _plain_key(value: Value) -> Any:  # noqa: ANN401 - an int or a str
    return value


_KINDS: Final = (Bool, int, str, ModelValue, tuple, Fn, frozenset)


def _kind(value: Value) -> int:
    for rank, kind in enumerate(_KINDS):
        if isinstance(value, kind):
            return rank
    msg = f"not a TLA+ value: {value!r} of Python type {type(value).__name__}"
    raise TypeError(msg)


def _key(value: Value) -> tuple[Any, ...]:
    """Return what sorts like the value: kinds first, so unlike ones never meet."""
    kind = _kind(value)
    if isinstance(value, Bool):
        return kind, bool(value)
    if isinstance(value, (int, str)):
        return kind, value
    if isinstance(value, ModelValue):
        return kind, value.name
    if isinstance(value, tuple):
        return kind, len(value), *map(_key, value)
    if isinstance(value, Fn):
        return kind, len(value), *map(_key, value), *map(_key, value.values())
    return kind, len(value), *sorted(map(_key, value))
