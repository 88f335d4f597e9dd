"""Membership in sets, and their elements in TLC's order.

A set is a frozenset, or a `LazySet`: one that is infinite (`Nat`, `Seq(S)`) or
too large to build without need (`SUBSET S`, `[S -> T]`).  The two are equal if
they have the same elements.  `plain` builds a value through and through, as
states need it.
"""

from __future__ import annotations

from abc import abstractmethod
from contextvars import ContextVar
from functools import lru_cache
from itertools import chain, combinations, islice, product
from math import prod
from typing import TYPE_CHECKING, Final, TypeAlias, final

from pyspec.language.runtime.equality import (
    Lazy,
    eq,
    incomparable,
    is_untyped,
    require_sortable,
)
from pyspec.language.runtime.errors import EvaluationError, refused, text_of
from pyspec.language.runtime.order import V, appearance, in_order
from pyspec.values import FALSE, TRUE, Bool, Fn, ModelValue, fn_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "ANY",
    "BOOLEAN",
    "INT",
    "MAX_ENUMERATED",
    "MAX_SIZE",
    "NAT",
    "STRING",
    "TOO_MANY",
    "AnySet",
    "Filter",
    "FunctionSet",
    "Intersection",
    "Interval",
    "LazySet",
    "Listed",
    "Minus",
    "Product",
    "RecordSet",
    "SeqOf",
    "Subset",
    "Union",
    "bounded",
    "contains",
    "elements",
    "enumerated",
    "every",
    "finite",
    "is_finite",
    "is_huge",
    "joined",
    "members",
    "patience",
    "plain",
    "require_few",
    "require_like",
    "rows",
    "size",
]

MAX_SIZE: Final = 1_000_000
"""Elements of the largest set that is built; TLC's own bound."""

MAX_ENUMERATED: Final = 4_000_000
"""Elements that one enumeration of a larger set gives before it is refused."""

patience: Final = ContextVar("patience", default=MAX_ENUMERATED)
"""How many elements of a larger set are given: fewer if it will not matter."""

TOO_MANY: Final = "too many to go through"
_MAX_COUNT: Final = 2**31
_SMALL: Final = 2**12
"""Numbers in the largest interval that is built at once."""


class LazySet(Lazy):
    """A set known by its membership; the finite ones can be enumerated."""

    __slots__ = ("_built",)
    _built: frozenset[V]

    @abstractmethod
    def contains(self, value: V) -> bool:
        """Whether the value is an element; refused where TLC refuses."""

    @property
    @abstractmethod
    def parts(self) -> tuple[V, ...]:
        """What the set is made of; the same parts make the same set."""

    def size(self) -> int:
        """Return the number of elements; infinite sets refuse."""
        raise infinite(self)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return False

    def __iter__(self) -> Iterator[V]:
        """Give the elements in TLC's order; infinite sets refuse."""
        raise infinite(self)

    def plain(self) -> frozenset[V]:
        """Return the set as a frozenset."""
        try:
            return self._built
        except AttributeError:
            self._built = frozenset(map(plain, bounded(self)))
            return self._built

    def same(self, other: V) -> bool:
        """Whether it has the elements of the other, which must be a set."""
        if type(other) is not frozenset and not isinstance(other, LazySet):
            return _unlike(self, other)
        if type(self) is type(other) and self._same_parts(other):
            return True
        if not (self.is_finite() and is_finite(other)):
            return self._same_infinite(other)
        return self.size() == size(other) and eq(self.plain(), finite(other))

    def _same_parts(self, other: V) -> bool:
        pairs = zip(self.parts, other.parts, strict=False)
        return len(self.parts) == len(other.parts) and all(
            a is b or (type(a) is type(b) and bool(a == b)) for a, b in pairs
        )

    def _same_infinite(self, other: V) -> bool:
        if isinstance(self, _Named) and isinstance(other, _Named):
            return False
        raise refused(
            "an infinite set can only be compared with one of its own form",
            expected=text_of(self),
            found=other,
        )

    def __hash__(self) -> int:
        if self.is_finite():
            return hash(self.plain())
        return hash((type(self).__name__, *self.parts))


AnySet: TypeAlias = frozenset[V] | LazySet


def contains(s: V, v: V) -> bool:
    r"""Whether v \in s; refused where TLC refuses to compare v to elements."""
    if type(s) is frozenset:
        return v in s or (bool(s) and _is_missing(s, v))
    if isinstance(s, LazySet):
        return s.contains(v)
    raise refused("only a set has elements", expected="a set", found=s)


def elements(s: V) -> Iterable[V]:
    """Return the elements in TLC's order; an infinite set refuses.

    Of a huge set it gives as many as anybody waits for, and refuses then: a
    quantifier or CHOOSE may have ended long before.
    """
    if type(s) is frozenset:
        return in_order(s)
    require_enumerable(s)
    found: Iterable[V] = iter(s)
    return _first_of(s, found) if is_huge(s) else found


def every(s: V) -> Iterable[V]:
    """Return the elements in TLC's order, for one who will ask for all of them.

    Sets of which `elements` would not give all are refused at once.
    """
    return elements(require_few(s))


def members(s: V) -> Iterable[V]:
    """Return the elements in any order; an infinite set refuses."""
    if type(s) is frozenset:
        return s
    return elements(s)


def finite(s: V) -> frozenset[V]:
    """Return the set with its elements built; refused for infinite ones."""
    if type(s) is frozenset:
        return s
    require_enumerable(s)
    built: frozenset[V] = s.plain()
    return built


def enumerated(s: V) -> V:
    """Return the set if its elements can be gone through one by one."""
    if type(s) is not frozenset:
        require_enumerable(s)
    return s


def size(s: V) -> int:
    """Return the number of elements; an infinite set refuses."""
    if type(s) is frozenset:
        return len(s)
    if not isinstance(s, LazySet):
        raise refused("only a set has a number of elements", expected="a set", found=s)
    return s.size()


def is_finite(s: V) -> bool:
    """Whether the set's elements can be enumerated."""
    if isinstance(s, LazySet):
        return s.is_finite()
    if type(s) is not frozenset:
        raise refused("only a set is finite or infinite", expected="a set", found=s)
    return True


def plain(v: V) -> V:
    """Return the value without lazy sets and functions, at any depth.

    An infinite set refuses: no state can hold it.
    """
    kind = type(v)
    if kind in _ATOMS:
        return v
    if kind in _STRUCTURES:
        return _plain_structure(v)
    return v.plain() if isinstance(v, Lazy) else v


def infinite(s: V) -> EvaluationError:
    """Refuse to enumerate an infinite set."""
    return refused(
        "this set has infinitely many elements, and they were to be enumerated",
        expected="a finite set",
        found=s,
        hint="bound the quantifier, or override the set in the cfg file",
    )


def bounded(s: V) -> V:
    """Return the set if all of its elements can be built, not one by one."""
    count = size(s)
    if count > MAX_SIZE:
        raise too_large(s, _number(count))
    return s


def too_large(s: object, count: str) -> EvaluationError:
    """Refuse to build a set that has so many elements."""
    return refused(
        f"this set has {count} elements, too many to build",
        expected=f"at most {MAX_SIZE:,}",
        found=s,
        hint="bound what it is made of",
    )


def _is_missing(s: frozenset[V], v: V) -> bool:
    r"""Return False: a hash table did not find v in s.  Refuse unlike kinds.

    One element stands for all, so that a miss costs the same in any set, and
    elements of one kind are not looked into: `<<1>> \in {<<"a">>}` is FALSE
    here, and refused by TLC.
    """
    if type(next(iter(s))) is type(v) and (type(v) is not ModelValue or is_untyped(v)):
        return False
    one = typical(s)
    return type(one) is not type(v) and eq(one, v)


def typical(s: frozenset[V]) -> V:
    """Return an element that stands for all; a model value if all are."""
    one = next(iter(s))
    if type(one) is ModelValue:
        return next((v for v in s if type(v) is not ModelValue), one)
    return one


_ATOMS: Final = frozenset({int, str, Bool, ModelValue})
_STRUCTURES: Final = frozenset({tuple, frozenset, Fn})


@lru_cache(maxsize=1 << 16)
def _plain_structure(v: V) -> V:
    """Return an equal value without lazy parts.

    Remembered, since states hold the same large sets again and again.
    """
    if type(v) is tuple:
        built: V = tuple(map(plain, v))
    elif type(v) is frozenset:
        built = frozenset(map(plain, v))
    else:
        built = _maker(tuple(v))(tuple(map(plain, v.values())))
    return built


@lru_cache(maxsize=1 << 10)
def _maker(keys: tuple[V, ...]) -> Callable[[tuple[V, ...]], V]:
    return fn_maker(map(plain, keys))


def require_enumerable(s: V) -> None:
    """Refuse infinite sets, and what is no set."""
    if not isinstance(s, LazySet):
        raise refused("only a set can be enumerated", expected="a set", found=s)
    if not s.is_finite():
        raise infinite(s)


def is_huge(s: LazySet) -> bool:
    """Whether it has more elements than anybody waits for."""
    return not isinstance(s, _Combined) and s.size() > MAX_ENUMERATED


def _first_of(s: LazySet, found: Iterable[V]) -> Iterator[V]:
    """Give elements of a huge set, and refuse to give them all."""
    yield from islice(found, patience.get())
    raise _too_many(s)


def require_few(s: V) -> V:
    """Return the set; refuse one that is too large to go through to the end."""
    if type(s) is not frozenset:
        require_enumerable(s)
        if is_huge(s):
            raise _too_many(s)
    return s


def _too_many(s: LazySet) -> EvaluationError:
    return refused(
        f"this set has {_number(s.size())} elements, {TOO_MANY}",
        expected=f"at most {MAX_ENUMERATED:,}",
        found=s,
        hint="bound the quantifier, or what the set is made of",
    )


def _number(count: int) -> str:
    """Return the number; its magnitude if it is out of all bounds."""
    return f"{count:,}" if count <= _MAX_COUNT else f"more than {_MAX_COUNT:,}"


class _Named(LazySet):
    """An infinite set that has a name of its own; there is one object of each."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return (self._name,)

    def __repr__(self) -> str:
        return self._name

    def _outside(self, value: V) -> bool:
        if is_untyped(value):
            return False
        raise refused(f"this cannot be an element of {self}", found=value)


@final
class _Integers(_Named):
    __slots__ = ("_least",)

    def __init__(self, name: str, least: int | None = None) -> None:
        super().__init__(name)
        self._least = least

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        if type(value) is int:
            return self._least is None or value >= self._least
        return self._outside(value)


@final
class _Strings(_Named):
    __slots__ = ()

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        return type(value) is str or self._outside(value)


@final
class _Anything(_Named):
    __slots__ = ()

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        del value
        return True


NAT: Final[LazySet] = _Integers("Nat", 0)
INT: Final[LazySet] = _Integers("Int")
STRING: Final[LazySet] = _Strings("STRING")
ANY: Final[LazySet] = _Anything("Any")
BOOLEAN: Final[frozenset[V]] = frozenset({FALSE, TRUE})


@final
class Interval(LazySet):
    """`a..b`, if it is long; short ones are built: see `interval`."""

    __slots__ = ("_range",)

    def __init__(self, first: int, last: int) -> None:
        self._range = range(first, last + 1)

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._range.start, self._range.stop

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        if type(value) is int:
            return value in self._range
        return _unlike(self._range.start, value)

    def size(self) -> int:
        """Return the number of elements."""
        return max(0, self._range.stop - self._range.start)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return True

    def __iter__(self) -> Iterator[V]:
        return iter(self._range)

    def __repr__(self) -> str:
        return f"{self._range.start}..{self._range.stop - 1}"


@lru_cache(maxsize=1 << 12)
def interval_of(first: int, last: int) -> AnySet:
    """Return first..last for two integers, built if it is short."""
    if last - first >= _SMALL:
        return Interval(first, last)
    return frozenset(range(first, last + 1))


@final
class Subset(LazySet):
    """`SUBSET s`, by size and then by content, as TLC enumerates it."""

    __slots__ = ("_base",)

    def __init__(self, base: AnySet) -> None:
        require_set(base)
        self._base = base

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return (self._base,)

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        if type(value) is frozenset or isinstance(value, LazySet):
            return all(contains(self._base, one) for one in members(value))
        raise refused(
            f"this cannot be an element of {self}", expected="a set", found=value
        )

    def size(self) -> int:
        """Return the number of elements."""
        return bounded_power(2, size(self._base))

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return is_finite(self._base)

    def __iter__(self) -> Iterator[V]:
        base = tuple(elements(self._base))
        counts = range(len(base) + 1)
        groups = (combinations(base, count) for count in counts)
        return map(frozenset, chain.from_iterable(groups))

    def __repr__(self) -> str:
        return f"SUBSET {text_of(self._base)}"


@final
class FunctionSet(LazySet):
    """`[s -> t]`."""

    __slots__ = ("_from", "_to")

    def __init__(self, source: AnySet, target: AnySet) -> None:
        require_set(source)
        require_set(target)
        self._from = source
        self._to = target

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._from, self._to

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        value = plain(value)
        if type(value) is tuple:
            keys, values = interval_of(1, len(value)), value
        elif type(value) is Fn:
            keys, values = frozenset(value), value.values()
        else:
            return _no_element(self, value, "a function")
        return eq(keys, self._from) and all(contains(self._to, one) for one in values)

    def size(self) -> int:
        """Return the number of elements."""
        targets, sources = size(self._to), size(self._from)
        return bounded_power(targets, sources)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return is_finite(self._from) and is_finite(self._to)

    def __iter__(self) -> Iterator[V]:
        keys = tuple(elements(self._from))
        return map(fn_maker(keys), rows((self._to,) * len(keys)))

    def __repr__(self) -> str:
        return f"[{text_of(self._from)} -> {text_of(self._to)}]"


@final
class RecordSet(LazySet):
    """`[a : s, b : t]`."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, AnySet]]) -> None:
        self._fields = dict(fields)
        for part in self._fields.values():
            require_set(part)

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return tuple(sorted(self._fields.items(), key=lambda field: field[0]))

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        value = plain(value)
        if type(value) is not Fn or not value.is_record:
            return value != () and _no_element(self, value, "a record")
        if len(value) != len(self._fields):
            return False
        return all(
            name in value and contains(part, value[name])
            for name, part in self._fields.items()
        )

    def size(self) -> int:
        """Return the number of elements."""
        return prod(map(size, self._fields.values()))

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return all(map(is_finite, self._fields.values()))

    def __iter__(self) -> Iterator[V]:
        names = sorted(self._fields, key=appearance.get().rank)
        columns = [self._fields[name] for name in names]
        return map(fn_maker(names), rows(columns))

    def __repr__(self) -> str:
        fields = (f"{name}: {text_of(part)}" for name, part in self._fields.items())
        return f"[{', '.join(fields)}]"


@final
class Product(LazySet):
    r"""`s \X t \X u`."""

    __slots__ = ("_factors",)

    def __init__(self, *factors: AnySet) -> None:
        for factor in factors:
            require_set(factor)
        self._factors = factors

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._factors

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        value = plain(value)
        if type(value) is not tuple:
            if type(value) is Fn and not value.is_record:
                return False
            return _no_element(self, value, "a tuple")
        return len(value) == len(self._factors) and all(
            map(contains, self._factors, value)
        )

    def size(self) -> int:
        """Return the number of elements."""
        return prod(map(size, self._factors))

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return all(map(is_finite, self._factors))

    def __iter__(self) -> Iterator[V]:
        return rows(self._factors)

    def __repr__(self) -> str:
        return _joined(self._factors, r" \X ")


@final
class SeqOf(LazySet):
    """`Seq(s)`, infinite: TLC does not enumerate even `Seq({})`."""

    __slots__ = ("_base",)

    def __init__(self, base: AnySet) -> None:
        require_set(base)
        self._base = base

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return (self._base,)

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        value = plain(value)
        if type(value) is tuple:
            return all(contains(self._base, one) for one in value)
        return _no_element(self, value, "a sequence")

    def __repr__(self) -> str:
        return f"Seq({text_of(self._base)})"


class _Combined(LazySet):
    """A set made of others, one of them lazy: membership asks those, as in TLC.

    It is built when its elements are counted or compared.
    """

    __slots__ = ()

    @abstractmethod
    def _build(self) -> frozenset[V]:
        """Return the set as a frozenset; its parts are finite."""

    def size(self) -> int:
        """Return the number of elements; infinite sets refuse."""
        return len(self.plain())

    def __iter__(self) -> Iterator[V]:
        """Give the elements in TLC's order; infinite sets refuse."""
        return iter(in_order(self.plain()))

    def plain(self) -> frozenset[V]:
        """Return the set as a frozenset."""
        try:
            return self._built
        except AttributeError:
            if not self.is_finite():
                raise infinite(self) from None
            self._built = self._build()
            return self._built


@final
class Union(_Combined):
    r"""`s \cup t`, or UNION of several sets, one of them lazy.

    Its elements come as those of each set do, one set after the other.
    """

    __slots__ = ("_found", "_sets")

    def __init__(self, *sets: AnySet) -> None:
        self._sets = sets
        self._found: tuple[V, ...] | None = None

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._sets

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        return any(contains(part, value) for part in self._sets)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return all(map(is_finite, self._sets))

    def __iter__(self) -> Iterator[V]:
        """Give the elements in TLC's order; infinite sets refuse."""
        if self._found is not None:
            return iter(self._found)
        return _each_once(chain.from_iterable(map(elements, self._sets)))

    def _build(self) -> frozenset[V]:
        built = joined(map(finite, self._sets))
        self._found = tuple(map(plain, self))
        return built

    def __repr__(self) -> str:
        return _joined(self._sets, r" \cup ")


@final
class Listed(_Combined):
    """`{a, b}`, where a is a lazy set: a hash table would have to build it."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[V]) -> None:
        self._items = tuple(items)

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._items

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        return any(eq(item, value) for item in self._items)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return True

    def _build(self) -> frozenset[V]:
        for item in self._items[1:]:
            require_sortable(self._items[0], item)
        return frozenset(map(plain, self._items))

    def __repr__(self) -> str:
        return f"{{{', '.join(map(text_of, self._items))}}}"


@final
class Intersection(_Combined):
    r"""`s \cap t`, both lazy."""

    __slots__ = ("_left", "_right")

    def __init__(self, left: LazySet, right: LazySet) -> None:
        self._left = left
        self._right = right

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._left, self._right

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        return self._left.contains(value) and self._right.contains(value)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return self._left.is_finite() or self._right.is_finite()

    def _build(self) -> frozenset[V]:
        few, other = self._left, self._right
        if not few.is_finite():
            few, other = other, few
        return frozenset(v for v in finite(few) if other.contains(v))

    def __repr__(self) -> str:
        return rf"({self._left} \cap {self._right})"


@final
class Minus(_Combined):
    r"""`s \ t`, where s is lazy."""

    __slots__ = ("_left", "_right")

    def __init__(self, left: LazySet, right: AnySet) -> None:
        require_set(right)
        self._left = left
        self._right = right

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._left, self._right

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        return self._left.contains(value) and not contains(self._right, value)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return self._left.is_finite()

    def _build(self) -> frozenset[V]:
        return frozenset(v for v in finite(self._left) if not contains(self._right, v))

    def __repr__(self) -> str:
        return rf"({self._left} \ {text_of(self._right)})"


@final
class Filter(_Combined):
    r"""`{x \in s : p(x)}`, where s is lazy.

    Its elements come in the order of s, and are tested as they are asked for.
    """

    __slots__ = ("_base", "_found", "_test")

    def __init__(self, base: LazySet, test: Callable[[V], bool]) -> None:
        self._base = base
        self._test = test
        self._found: tuple[V, ...] | None = None

    @property
    def parts(self) -> tuple[V, ...]:
        """What the set is made of."""
        return self._base, self._test

    def contains(self, value: V) -> bool:
        """Whether the value is an element."""
        return self._base.contains(value) and self._test(value)

    def is_finite(self) -> bool:
        """Whether the elements can be enumerated."""
        return self._base.is_finite()

    def __iter__(self) -> Iterator[V]:
        """Give the elements in TLC's order; infinite sets refuse."""
        if self._found is not None:
            return iter(self._found)
        return filter(self._test, elements(self._base))

    def _build(self) -> frozenset[V]:
        found = tuple(islice(self, MAX_SIZE + 1))
        if len(found) > MAX_SIZE:
            del found  # an error keeps what is in its frames
            raise too_large(self, f"more than {MAX_SIZE:,}")
        self._found = tuple(map(plain, found))
        return frozenset(self._found)

    def __repr__(self) -> str:
        return rf"{{x \in {self._base} : ...}}"


def rows(sets: Sequence[AnySet]) -> Iterator[tuple[V, ...]]:
    """Give the tuples with an element of each set, the last varying fastest.

    Huge sets are gone through again and again, not held in memory.
    """
    if any(type(s) is not frozenset and size(s) > MAX_SIZE for s in sets):
        return _rows_of_huge(sets)
    same = len(set(map(id, sets))) == 1
    if same:
        return product(elements(sets[0]), repeat=len(sets))
    return product(*map(elements, sets))


def _rows_of_huge(sets: Sequence[AnySet]) -> Iterator[tuple[V, ...]]:
    row: list[V] = []
    open_: list[Iterator[V]] = [iter(elements(sets[0]))]
    while open_:
        for value in open_[-1]:
            if len(open_) == len(sets):
                yield (*row, value)
                continue
            row.append(value)
            open_.append(iter(elements(sets[len(open_)])))
            break
        else:
            open_.pop()
            if row:
                row.pop()


def _each_once(values: Iterable[V]) -> Iterator[V]:
    seen: set[V] = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value


def joined(sets: Iterable[frozenset[V]]) -> frozenset[V]:
    """Return the union of built sets; refuse elements of unlike kinds."""
    filled = [each for each in sets if each]
    for each in filled[1:]:
        require_like(filled[0], each)
    return frozenset().union(*filled)


def require_like(s: frozenset[V], t: frozenset[V]) -> None:
    """Refuse two sets with elements of unlike kinds, judged by one of each.

    Elements of one kind are not looked into: this runs for every message sent.
    """
    a, b = typical(s), typical(t)
    kind = type(a)
    if kind is not type(b) or (kind is Fn and a.is_record is not b.is_record):
        require_sortable(a, b)


def require_set(s: V) -> None:
    """Refuse what is not a set."""
    if type(s) is not frozenset and not isinstance(s, LazySet):
        raise refused("only sets go here", expected="a set", found=s)


def bounded_power(base: int, exponent: int) -> int:
    """Return base ^ exponent, or a number above every bound if it is huge."""
    if base > 1 and exponent > _MAX_COUNT.bit_length():
        return _MAX_COUNT * 2
    return int(base**exponent)


def _unlike(a: V, b: V) -> bool:
    """Return FALSE if b is an untyped model value; refuse all else."""
    if is_untyped(b):
        return False
    raise incomparable(a, b)


def _joined(sets: Iterable[V], operator: str) -> str:
    return f"({operator.join(map(text_of, sets))})"


def _no_element(s: LazySet, value: V, expected: str) -> bool:
    """Return FALSE for an untyped model value and refuse what cannot be an element."""
    if is_untyped(value):
        return False
    raise refused(f"this cannot be an element of {s}", expected=expected, found=value)
