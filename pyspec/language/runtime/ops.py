"""Operators of TLA+ itself: equality, sets, functions, CHOOSE.

Integers are here as well, since `1..n` and `+` are in every spec.  Operators
of standard modules are in `modules`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn, final

from pyspec.language.runtime.equality import Lazy, alike, eq, ne, require_sortable
from pyspec.language.runtime.errors import EvaluationError, describe, refused, text_of
from pyspec.language.runtime.order import V, in_order
from pyspec.language.runtime.sets import (
    AnySet,
    Filter,
    FunctionSet,
    Intersection,
    LazySet,
    Listed,
    Minus,
    Product,
    RecordSet,
    SeqOf,
    Subset,
    Union,
    bounded,
    contains,
    elements,
    finite,
    infinite,
    interval_of,
    is_finite,
    joined,
    members,
    plain,
    require_like,
    require_set,
    rows,
)
from pyspec.values import FALSE, TRUE, Bool, Fn, ModelValue, fn_maker

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LazyFunction",
    "add",
    "apply",
    "big_union",
    "cap",
    "choose",
    "choose_unbounded",
    "cup",
    "div",
    "domain",
    "eq",
    "except_at",
    "except_with",
    "exp",
    "field",
    "filter_set",
    "func_set",
    "function",
    "function_n",
    "ge",
    "gt",
    "interval",
    "le",
    "lt",
    "map_set",
    "mod",
    "mul",
    "ne",
    "neg",
    "no_case",
    "product",
    "record_maker",
    "record_set",
    "recursive",
    "seq_of",
    "set_of",
    "setminus",
    "sub",
    "subset",
    "subseteq",
    "truth",
    "value",
]

MIN_INT: Final = -(2**31)
MAX_INT: Final = 2**31 - 1


# ---------------------------------------------------------------- booleans


def truth(v: V, what: str = "") -> bool:
    """Return the Python boolean for TRUE or FALSE; `what` was to be one."""
    if v is TRUE:
        return True
    if v is FALSE:
        return False
    raise refused(
        f"{what or 'this'} is not a boolean", expected="TRUE or FALSE", found=v
    )


def value(b: bool) -> Bool:  # noqa: FBT001 - a conversion has one argument
    """Return TRUE or FALSE for a Python boolean."""
    return TRUE if b else FALSE


# ---------------------------------------------------------------- integers


def add(a: V, b: V) -> int:
    """Return a + b."""
    if type(a) is int and type(b) is int:
        total = a + b
        if MIN_INT <= total <= MAX_INT:
            return total
    raise _no_integer("+", a, b)


def sub(a: V, b: V) -> int:
    """Return a - b."""
    if type(a) is int and type(b) is int:
        difference = a - b
        if MIN_INT <= difference <= MAX_INT:
            return difference
    raise _no_integer("-", a, b)


def mul(a: V, b: V) -> int:
    """Return a * b."""
    if type(a) is int and type(b) is int:
        result = a * b
        if MIN_INT <= result <= MAX_INT:
            return result
    raise _no_integer("*", a, b)


def neg(a: V) -> int:
    """Return -a."""
    return sub(0, a)


def div(a: V, b: V) -> int:
    r"""Return a \div b, rounded down."""
    if type(a) is int and type(b) is int:
        if b == 0:
            raise refused(
                r"the second argument of \div is 0", expected="another integer"
            )
        quotient = a // b
        if quotient <= MAX_INT:
            return quotient
    raise _no_integer(r"\div", a, b)


def mod(a: V, b: V) -> int:
    """Return a % b, which is never negative; b must be positive."""
    if type(a) is int and type(b) is int:
        if b > 0:
            return a % b
        raise refused("the second argument of % is wrong", expected="above 0", found=b)
    raise _no_integer("%", a, b)


def exp(a: V, b: V) -> int:
    """Return a ^ b; b must not be negative, and 0^0 is undefined."""
    if type(a) is int and type(b) is int:
        if b < 0:
            raise refused(
                "the second argument of ^ is wrong", expected="0 or more", found=b
            )
        if a == 0 == b:
            raise refused("0^0 is undefined")
        power = _power(a, b)
        if MIN_INT <= power <= MAX_INT:
            return power
    raise _no_integer("^", a, b)


def lt(a: V, b: V) -> bool:
    """Whether a < b."""
    if type(a) is int and type(b) is int:
        return a < b
    raise _no_integer("<", a, b)


def le(a: V, b: V) -> bool:
    """Whether a <= b."""
    if type(a) is int and type(b) is int:
        return a <= b
    raise _no_integer("<=", a, b)


def gt(a: V, b: V) -> bool:
    """Whether a > b."""
    if type(a) is int and type(b) is int:
        return a > b
    raise _no_integer(">", a, b)


def ge(a: V, b: V) -> bool:
    """Whether a >= b."""
    if type(a) is int and type(b) is int:
        return a >= b
    raise _no_integer(">=", a, b)


def interval(a: V, b: V) -> AnySet:
    """Return a..b; empty if b < a."""
    if type(a) is int and type(b) is int:
        return interval_of(a, b)
    raise _no_integer("..", a, b)


def _power(a: int, b: int) -> int:
    """Return a ^ b, or a number out of range without computing a huge one."""
    if abs(a) > 1 and b > MAX_INT.bit_length():
        return MAX_INT + 1
    return int(a**b)


def _no_integer(operator: str, a: V, b: V) -> EvaluationError:
    """Say why an operator has no result: an argument, or an overflow."""
    for which, argument in (("first", a), ("second", b)):
        if type(argument) is not int:
            return refused(
                f"the {which} argument of {operator} is wrong",
                expected="an integer",
                found=argument,
            )
    return refused(
        f"overflow in {a} {operator} {b}",
        expected=f"a result in {MIN_INT}..{MAX_INT}",
        hint="integers have 32 bits, as in TLC",
    )


# -------------------------------------------------------------------- sets


def set_of(*items: V) -> AnySet:
    """Return {a, b, c}; refused if TLC could not sort the elements."""
    if items and isinstance(items[0], LazySet):
        return Listed(items)
    built = frozenset(items)
    if len(built) > 1:
        first = next(iter(built))
        if not all(alike(first, item) for item in built):
            _require_sortable(built)
    return built


def cup(s: V, t: V) -> V:
    r"""Return s \cup t."""
    if type(s) is frozenset and type(t) is frozenset:
        if s and t:
            require_like(s, t)
        return s | t
    if _is_built_empty(s) or _is_built_empty(t):
        return t if _is_built_empty(s) else s  # TLC does not look what it is
    require_set(s)
    require_set(t)
    return Union(s, t)


def cap(s: V, t: V) -> V:
    r"""Return s \cap t."""
    if type(s) is frozenset and type(t) is frozenset:
        if s and t:
            require_like(s, t)
        return s & t
    if isinstance(s, LazySet) and isinstance(t, LazySet):
        return Intersection(s, t)
    if _is_built_empty(t):
        return t  # as above
    few, other = (t, s) if isinstance(s, LazySet) else (s, t)
    return frozenset(v for v in members(few) if contains(other, v))


def _is_built_empty(s: V) -> bool:
    return type(s) is frozenset and not s


def setminus(s: V, t: V) -> AnySet:
    r"""Return s \ t."""
    if type(s) is frozenset and type(t) is frozenset:
        if s and t:
            require_like(s, t)
        return s - t
    if isinstance(s, LazySet):
        return Minus(s, t)
    return frozenset(v for v in members(s) if not contains(t, v))


def subseteq(s: V, t: V) -> bool:
    r"""Whether s \subseteq t; s must be finite."""
    if type(s) is frozenset and type(t) is frozenset:
        if s and t:
            require_like(s, t)
        return s <= t
    return all(contains(t, v) for v in members(s))


def big_union(s: V) -> AnySet:
    """Return UNION s."""
    parts = s.parts if type(s) is Listed else tuple(members(bounded(s)))
    if all(type(part) is frozenset for part in parts):
        return joined(parts)
    for part in parts:
        require_set(part)
    return parts[0] if len(parts) == 1 else Union(*parts)


def subset(s: V) -> AnySet:
    """Return SUBSET s."""
    return Subset(s)


def product(*sets: V) -> AnySet:
    r"""Return s \X t \X u."""
    return Product(*sets)


def func_set(s: V, t: V) -> AnySet:
    """Return [s -> t]."""
    return FunctionSet(s, t)


def record_set(names: tuple[str, ...], *sets: V) -> AnySet:
    """Return [a : s, b : t], the sets in the order of the names."""
    return RecordSet(zip(names, sets, strict=True))


def seq_of(s: V) -> AnySet:
    """Return Seq(s)."""
    return SeqOf(s)


def filter_set(s: V, pred: Callable[[V], bool]) -> AnySet:
    r"""Return {x \in s : pred(x)}; lazy if s is."""
    if type(s) is frozenset:
        return frozenset(filter(pred, in_order(s)))
    require_set(s)
    return Filter(s, pred)


def map_set(f: Callable[..., V], *sets: V) -> AnySet:
    r"""Return {f(x, y) : x \in s, y \in t}."""
    if len(sets) == 1:
        found = list(map(f, elements(bounded(sets[0]))))
    else:
        found = [f(*row) for row in rows(bounded(Product(*sets)).parts)]
    if found and isinstance(found[0], LazySet):
        return Listed(found)
    built = frozenset(found)
    if len(built) > 1:
        _require_one_kind(built)
    return built


def choose(s: V, pred: Callable[[V], bool], at: object | None = None) -> V:
    r"""Return CHOOSE x \in s : pred(x): the first one in TLC's order."""
    for v in elements(s):
        if pred(v):
            return v
    raise EvaluationError(
        "CHOOSE has nothing to choose: no element satisfies the predicate",
        at=at,
        expected=f"an element of {text_of(s)}",
    )


def choose_unbounded(at: object | None = None) -> NoReturn:
    """Refuse CHOOSE x : p, which has no set to go through."""
    raise EvaluationError(
        "CHOOSE without a set cannot be evaluated",
        at=at,
        expected=r"CHOOSE x \in S : P",
        hint="override the operator in the cfg file, with a model value for example",
    )


def no_case(at: object | None = None) -> NoReturn:
    """Refuse a CASE of which no arm is true and which has no OTHER."""
    raise EvaluationError("no arm of this CASE is true, and it has no OTHER arm", at=at)


def _require_one_kind(s: frozenset[V]) -> None:
    if len(set(map(type, s))) > 1:
        _require_sortable(s)


def _require_sortable(s: frozenset[V]) -> None:
    """Refuse elements that TLC cannot compare; it compares neighbours at least."""
    for a, b in pairwise(in_order(s)):
        require_sortable(a, b)


# --------------------------------------------------------------- functions


@final
class LazyFunction(Lazy):
    r"""[x \in s |-> e] that evaluates e when it is applied, once for each x.

    For recursive functions and infinite domains.  `body` takes the argument.
    """

    __slots__ = ("_body", "_built", "_domain", "_known")
    _built: V

    def __init__(
        self,
        source: AnySet,
        body: Callable[[V], V],
        known: dict[V, V] | None = None,
    ) -> None:
        require_set(source)
        self._domain = source
        self._body = body
        self._known: dict[V, V] = known or {}

    @property
    def domain(self) -> AnySet:
        """DOMAIN of the function."""
        return self._domain

    def __getitem__(self, key: V) -> V:
        try:
            return self._known[key]
        except KeyError:
            pass
        if not contains(self._domain, key):
            raise KeyError(key)
        result = self._known[key] = self._body(key)
        return result

    def replaced(self, key: V, value: V) -> LazyFunction:
        """Return this function with another value at a key of its domain."""
        if not contains(self._domain, key):
            return self
        return LazyFunction(self._domain, self._body, {**self._known, key: value})

    def plain(self) -> V:
        """Return the function built; refused for an infinite domain."""
        try:
            return self._built
        except AttributeError:
            pass
        if not is_finite(self._domain):
            raise infinite(self._domain)
        keys = tuple(elements(self._domain))
        values = tuple(plain(self[key]) for key in keys)
        self._built = fn_maker(map(plain, keys))(values)
        return self._built

    def same(self, other: V) -> bool:
        """Whether both map the same arguments to the same values."""
        return type(other) is not ModelValue and eq(self.plain(), plain(other))

    def __hash__(self) -> int:
        return hash(self.plain())

    def __repr__(self) -> str:
        return rf"[x \in {text_of(self._domain)} |-> ...]"


def apply(f: V, x: V) -> V:
    """Return f[x]; refused outside of the domain."""
    if type(f) is tuple:
        if type(x) is int and 0 < x <= len(f):
            return f[x - 1]
    elif type(f) is Fn or type(f) is LazyFunction:
        try:
            return f[x]
        except KeyError:
            pass
    raise _outside(f, x)


def field(r: V, name: str) -> V:
    """Return r.name."""
    if type(r) is Fn:
        try:
            return r[name]
        except KeyError:
            pass
    return apply(r, name)


def domain(f: V) -> AnySet:
    """Return DOMAIN f."""
    if type(f) is tuple:
        return interval_of(1, len(f))
    if type(f) is Fn:
        return f.shape.domain
    if type(f) is LazyFunction:
        return f.domain
    raise refused("only a function has a DOMAIN", expected="a function", found=f)


def function(f: Callable[[V], V], s: V) -> V:
    r"""Return [x \in s |-> f(x)]; lazy if s is infinite."""
    if type(s) is frozenset:
        keys, make = _maker_for(s)
        return make(tuple(map(f, keys)))
    require_set(s)
    if not is_finite(s):
        return LazyFunction(s, f)
    return function(f, finite(s))


def function_n(f: Callable[..., V], *sets: V) -> V:
    r"""Return [x \in s, y \in t |-> f(x, y)], a function of tuples."""
    return function(lambda row: f(*row), Product(*sets))


def recursive(body: Callable[..., V], *sets: V) -> V:
    r"""Return f, where f[x \in s] == body(f, x); each value is computed once."""
    made: list[LazyFunction] = []
    if len(sets) == 1:
        made.append(LazyFunction(sets[0], lambda x: body(made[0], x)))
    else:
        made.append(LazyFunction(Product(*sets), lambda row: body(made[0], *row)))
    return made[0]


def part(row: V, place: int, size: int) -> V:
    r"""Return what `<<x, y>> \in S` binds at a place, from 0, for an element of S."""
    if type(row) is not tuple or len(row) != size:
        raise refused(
            "a tuple pattern does not fit an element of its set",
            expected=f"a tuple of {size}",
            found=row,
        )
    return row[place]


def record_maker(names: tuple[str, ...]) -> Callable[..., V]:
    """Return what makes [a |-> v, b |-> w] of values in the order of the names."""
    make = fn_maker(names)
    return lambda *values: make(values)


def except_at(f: V, key: V, value: V) -> V:
    """Return [f EXCEPT ![key] = value]; f itself outside of its domain."""
    if type(f) is Fn:
        try:
            return f.replaced(key, value)
        except KeyError:
            pass
    elif type(f) is tuple and type(key) is int:
        if 0 < key <= len(f):
            return (*f[: key - 1], value, *f[key:])
        return f
    return _except_elsewhere(f, key, value)


def except_with(f: V, key: V, update: Callable[[V], V]) -> V:
    """Return [f EXCEPT ![key] = update(@)]; f itself outside of its domain."""
    if type(f) is Fn:
        if key in f:
            return f.replaced(key, update(f[key]))
    elif type(f) is tuple and type(key) is int:
        if 0 < key <= len(f):
            return (*f[: key - 1], update(f[key - 1]), *f[key:])
        return f
    elif type(f) is LazyFunction and contains(f.domain, key):
        return f.replaced(key, update(f[key]))
    return _except_elsewhere(f, key, None)


def _except_elsewhere(f: V, key: V, value: V) -> V:
    """Treat EXCEPT off the usual path: lazy functions, keys not in the domain."""
    if type(f) is LazyFunction:
        return f.replaced(key, value)
    if type(f) is not tuple and type(f) is not Fn:
        raise refused("EXCEPT changes functions only", expected="a function", found=f)
    contains(domain(f), key)
    if f == ():  # TLC refuses keys that are no integers, but not if f is a function
        return f
    if type(f) is tuple and type(key) is not int:
        raise refused("EXCEPT on a tuple takes an integer", found=key)
    if type(f) is Fn and f.is_record and type(key) is not str:
        raise refused("EXCEPT on a record takes a field", found=key)
    return f


def _outside(f: V, x: V) -> EvaluationError:
    """Say why f[x] has no value."""
    if type(f) is not tuple and type(f) is not Fn and type(f) is not LazyFunction:
        return refused("only a function can be applied", expected="a function", found=f)
    if type(x) is str and type(f) is Fn and f.is_record:
        fields = ", ".join(map(str, f))
        return refused(
            f"the record {text_of(f)} has no field {x}", expected=f"one of {fields}"
        )
    return refused(
        f"{describe(x)} is not in the domain of {text_of(f)}",
        expected=f"an element of {text_of(domain(f))}",
    )


@lru_cache(maxsize=1 << 12)
def _maker_for(
    s: frozenset[V],
) -> tuple[tuple[V, ...], Callable[[tuple[V, ...]], V]]:
    """Return the keys in order, and what makes functions on them."""
    keys = in_order(s)
    return keys, fn_maker(map(plain, keys))
