r"""Whether a value is another one with a change: without building the other.

A step is checked with both states at hand, so `net' = net \cup {m}` need not
make a set.  Each `is_...` here means `eq` of the new value and what it names.
`Unsure` is raised where `eq` might refuse, or where that depends on the order
of names that a spec has: the caller then asks the plain form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, final

from pyspec.language.runtime.modules.bags import (
    bag_cup,
    bag_in,
    bag_minus,
    set_to_bag,
)
from pyspec.language.runtime.modules.sequences import append
from pyspec.language.runtime.ops import (
    MAX_INT,
    apply,
    cup,
    domain,
    except_at,
    set_of,
    setminus,
)
from pyspec.language.runtime.sets import contains, finite, is_finite, members, size
from pyspec.values import Bool, Fn, ModelValue, fn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyspec.language.runtime.order import V
    from pyspec.values.model import Shape

__all__ = [
    "Unsure",
    "at",
    "has",
    "in_domain",
    "is_added",
    "is_appended",
    "is_bag_exchanged",
    "is_bag_with",
    "is_bag_without",
    "is_except",
    "is_except_in",
    "is_in_bag",
    "is_joined",
    "is_removed",
    "is_without",
    "keys",
    "less",
    "listed",
    "row_of",
    "same",
    "small",
    "total",
    "unlike",
    "without",
]

_ATOMS: Final = frozenset({int, str, Bool})
_REMEMBERED: Final = 1 << 12
_SMALL: Final = 1 << 12


class Unsure(Exception):
    """The cheap form cannot tell; the plain one has to."""


def same(a: V, b: V) -> bool:
    """Whether a = b."""
    return a == b or unlike(a, b)


def unlike(a: V, b: V) -> bool:
    """Return FALSE for a = b, of two values that Python tells apart."""
    kind = type(a)
    if kind is type(b) and (kind in _ATOMS or (kind is ModelValue and _mix(a, b))):
        return False
    if _differ(a, b):
        return False
    raise Unsure


# --------------------------------------------------------------- functions


def is_except(new: V, f: V, key: V, value: V) -> bool:
    """Whether new = [f EXCEPT ![key] = value]."""
    if type(f) is Fn:
        place = f.shape.index.get(key)
        if place is not None and type(new) is Fn and new.shape is f.shape:
            row = [*f.row]
            row[place] = value
            if row == [*new.row]:
                return True
    elif type(f) is tuple and type(key) is int and 0 < key <= len(f):
        return same(new, (*f[: key - 1], value, *f[key:]))
    return same(new, except_at(f, key, value))


def is_except_in(new: V, f: V, key: V, inner: V, value: V) -> bool:
    """Whether new = [f EXCEPT ![key][inner] = value]."""
    if type(f) is Fn and type(new) is Fn and new.shape is f.shape:
        place = f.shape.index.get(key)
        if place is not None:
            row = [*f.row]
            row[place] = new.row[place]
            if row == [*new.row] and is_except(
                new.row[place], f.row[place], inner, value
            ):
                return True
    return same(new, except_at(f, key, except_at(apply(f, key), inner, value)))


def is_joined(new: V, f: V, key: V, value: V, compared: bool) -> bool:  # noqa: FBT001 - compiled code calls it
    r"""Whether new is f on its domain, but for `key`, where it is `value`.

    That is [x \in DOMAIN f \cup {key} |-> IF x = key THEN value ELSE f[x]];
    `compared` says that each x is compared with the key, which may be refused.
    """
    if type(new) is Fn:
        shape = new.shape
        place = shape.index.get(key)
        if place is not None and new.row[place] == value:
            held = _is_joined_at if type(f) is Fn else _is_joined_to
            if held(new, f, place, value):
                if compared and not shape.comparable:
                    _compare(shape, shape.keys[place])
                return True
    return same(new, _joined(f, key, value, compared=compared))


def _is_joined_at(new: Fn, f: Fn, there: int, value: V) -> bool:
    """Whether it holds for sure, but for what comparing may refuse."""
    if new.shape is f.shape:
        row = [*f.row]
        row[there] = value
        return row == [*new.row] and f.shape.kind is not None
    row = [*new.row]
    del row[there]
    if row != [*f.row] or not _go_together(f, new):
        return False
    keys = [*new.shape.keys]
    del keys[there]
    return keys == [*f.shape.keys]


def _is_joined_to(new: Fn, f: V, there: int, value: V) -> bool:
    """Likewise for a function that lacks a key, or is empty."""
    if type(f) is not Less:
        return f == () and len(new) == 1
    base, gone = f.base, f.place
    keys, row = [*base.shape.keys], [*base.row]
    others, theirs = [*new.shape.keys], [*new.row]
    place = base.shape.index.get(others[there])
    if place is None or place == gone:
        del others[there], theirs[there]
    else:
        row[place] = value
    del keys[gone], row[gone]
    return row == theirs and keys == others and _go_together(base, new)


def _joined(f: V, key: V, value: V, *, compared: bool) -> V:
    if type(f) is Less:
        f = f.base.without(f.base.shape.keys[f.place])
    if type(f) is not Fn:
        if f == ():
            return fn([(key, value)])
        raise Unsure
    shape, kind = f.shape, type(key)
    if shape.kind is not kind or (
        kind is Fn and key.is_record is not shape.has_records
    ):
        raise Unsure
    if compared:
        _compare_each(shape.keys, key)
    return fn([*f.items(), (key, value)])


@final
class Less:
    """A function without one of its keys, to be looked at and no more."""

    __slots__ = ("base", "place")

    def __init__(self, base: Fn, place: int) -> None:
        self.base = base
        self.place = place


def less(f: V, key: V) -> V:
    r"""Return [x \in DOMAIN f \ {key} |-> f[x]] for `at`, `in_domain`, `is_joined`."""
    if type(f) is Fn and f.shape.kind is not None:
        place = f.shape.index.get(key)
        if place is not None:
            return Less(f, place)
    return without(f, key)


def at(f: V, x: V) -> V:
    """Return f[x]."""
    if type(f) is not Less:
        return apply(f, x)
    place = f.base.shape.index.get(x)
    if place is None or place == f.place:
        raise Unsure
    return f.base.row[place]


def without(f: V, key: V) -> V:
    r"""Return [x \in DOMAIN f \ {key} |-> f[x]]."""
    if type(f) is Fn and f.shape.kind is not None:
        if key in f.shape.index:
            return f.without(key)
        if f.shape.kind is type(key) and type(key) is not Fn:
            return f
    if f == ():
        return f
    raise Unsure


def is_without(new: V, f: V, key: V) -> bool:
    r"""Whether new = [x \in DOMAIN f \ {key} |-> f[x]]."""
    if type(f) is Fn and type(new) is Fn and f.shape.kind is not None:
        place = f.shape.index.get(key)
        if place is not None and len(new) == len(f) - 1:
            keys, row = _fewer(f, place)
            if row == [*new.row] and keys == [*new.shape.keys]:
                return True
    return same(new, without(f, key))


def in_domain(f: V, value: V) -> bool:
    r"""Whether value \in DOMAIN f."""
    if type(f) is Less:
        place = f.base.shape.index.get(value)
        return in_domain(f.base, value) if place is None else place != f.place
    if type(f) is Fn:
        if value in f.shape.index:
            return True
        if f.shape.kind is type(value) and _is_plain_kind(value):
            return False
    return contains(domain(f), value)


def keys(f: V) -> Iterable[V]:
    """Return the elements of DOMAIN f, in any order."""
    return f.shape.keys if type(f) is Fn else members(domain(f))


def row_of(f: V) -> tuple[V, ...]:
    """Return the values of a function."""
    if type(f) is Fn:
        return f.row
    if type(f) is tuple:
        return f
    raise Unsure


def _compare(shape: Shape, key: V) -> None:
    """Compare one of its keys with all others, where that may be refused."""
    if shape.comparable is None:
        shape.comparable = _are_comparable(
            shape.kind, shape.keys, has_records=shape.has_records
        )
    if not shape.comparable:
        _compare_each(shape.keys, key)


def _compare_each(keys: tuple[V, ...], key: V) -> None:
    for other in keys:
        if other is not key and not _differ(other, key) and other != key:
            raise Unsure


def _fewer(f: Fn, place: int) -> tuple[list[V], list[V]]:
    """Return the keys and values without those at a place."""
    keys, row = [*f.shape.keys], [*f.row]
    del keys[place], row[place]
    return keys, row


# -------------------------------------------------- what certainly differs


def _differ(a: V, b: V) -> bool:
    """Whether a = b is FALSE for sure, of two values that Python tells apart."""
    kind = type(a)
    if kind is not type(b):
        one = a if kind is ModelValue else b
        return type(one) is ModelValue and not one.kind
    if kind is Fn:
        return _functions_differ(a, b)
    if kind is tuple:
        return len(a) != len(b) or _rows_differ(a, b)
    if kind is frozenset:
        return len(a) != len(b) or _sets_differ(a, b)
    return kind in _ATOMS or (kind is ModelValue and _mix(a, b))


def _functions_differ(a: Fn, b: Fn) -> bool:
    if a.shape is b.shape:
        return any(
            x is not y and x != y and _differ(x, y)
            for x, y in zip(a.row, b.row, strict=True)
        )
    if a.is_record is not b.is_record:
        return False
    return a.is_record or len(a) != len(b) or _have_comparable(a.shape, b.shape)


def _rows_differ(a: tuple[V, ...], b: tuple[V, ...]) -> bool:
    for x, y in zip(a, b, strict=True):
        if x is not y and x != y:
            return _differ(x, y)
    return False


def _sets_differ(a: frozenset[V], b: frozenset[V]) -> bool:
    every = (*a, *b)
    kinds = set(map(type, every))
    if len(kinds) > 1:
        return False
    kind = kinds.pop()
    are_records = kind is Fn and all(each.is_record for each in every)
    return _are_comparable(kind, every, has_records=are_records)


def _have_comparable(a: Shape, b: Shape) -> bool:
    """Whether each key of one can be compared with each of the other."""
    if a.kind is None or a.kind is not b.kind or a.has_records is not b.has_records:
        return False
    return _are_comparable(a.kind, (*a.keys, *b.keys), has_records=a.has_records)


def _mix(a: ModelValue, b: ModelValue) -> bool:
    """Whether TLC compares two model values."""
    return not a.kind or not b.kind or a.kind == b.kind


def _are_comparable(
    kind: type[V] | None, keys: tuple[V, ...], *, has_records: bool
) -> bool:
    """Whether each two of these can be compared, for sure."""
    if not has_records:
        if kind is ModelValue:
            return not any(key.kind for key in keys)
        return kind in _ATOMS
    forms: dict[Shape, _Form] = {}
    for key in keys:
        known = _FORMS.get(id(key))
        form = known[1] if known is not None and known[0] is key else _keep_form(key)
        found = forms.setdefault(key.shape, form)
        if found is not form or form is None:
            merged = _merged(found, form)
            if merged is None:
                return False
            forms[key.shape] = merged
    return True


_Form: TypeAlias = "tuple[object, ...] | None"
"""The types of a record's fields, and of what is in them: what can be compared.

None if there are fields of which nobody knows.
"""

_FORMS: Final[dict[int, tuple[V, _Form]]] = {}
_SAME: Final[dict[_Form, _Form]] = {}


def _keep_form(value: Fn) -> _Form:
    """Return one object for equal forms, and remember whose it is."""
    form = tuple(map(_form, value.row))
    if len(_FORMS) >= _REMEMBERED:
        _FORMS.clear()
        _SAME.clear()
    kept = None if None in form else _SAME.setdefault(form, form)
    _FORMS[id(value)] = value, kept
    return kept


def _form(value: V) -> object:
    kind = type(value)
    if kind in _ATOMS:
        return kind
    if kind is ModelValue:
        return None if value.kind else kind
    if kind is Fn:
        inside = tuple(map(_form, value.row))
        return None if None in inside else (value.shape, *inside)
    if not value:
        return (kind,)
    parts = set(map(_form, value))
    return None if len(parts) > 1 or None in parts else (kind, *parts)


def _merged(a: _Form, b: _Form) -> _Form:
    """Return the form of both, where empty sequences and sets may have any."""
    if a is None or b is None:
        return None
    merged = []
    for one, other in zip(a, b, strict=True):
        if one != other:
            if one not in _EMPTY and other not in _EMPTY:
                return None
            if not isinstance(one, tuple) or not isinstance(other, tuple):
                return None
            if one[0] is not other[0]:
                return None
        merged.append(other if one in _EMPTY else one)
    return tuple(merged)


_EMPTY: Final = ((tuple,), (frozenset,))


# ------------------------------------------------------- sets and sequences


def is_added(new: V, s: V, element: V) -> bool:
    r"""Whether new = s \cup {element}."""
    if (
        type(s) is frozenset
        and type(new) is frozenset
        and element in new
        and len(new) == len(s) + (element not in s)
        and s <= new
        and _goes_with(s, element)
    ):
        return True
    return same(new, cup(s, set_of(element)))


def is_removed(new: V, s: V, element: V) -> bool:
    r"""Whether new = s \ {element}."""
    if (
        type(s) is frozenset
        and type(new) is frozenset
        and element not in new
        and len(s) == len(new) + (element in s)
        and new <= s
        and _goes_with(s, element)
    ):
        return True
    return same(new, setminus(s, set_of(element)))


def is_appended(new: V, s: V, element: V) -> bool:
    """Whether new = Append(s, element)."""
    if type(s) is tuple and new == (*s, element):
        return True
    return same(new, append(s, element))


def has(s: V, value: V) -> bool:
    r"""Whether value \in s."""
    if type(s) is frozenset:
        if value in s:
            return True
        if not s:
            return False
        if type(next(iter(s))) is type(value) and _is_plain_kind(value):
            return False
    return contains(s, value)


def small(s: V) -> frozenset[V]:
    """Return the elements of a small finite set; of another, none."""
    if type(s) is frozenset:
        return s
    if not is_finite(s) or size(s) > _SMALL:
        return frozenset()
    return finite(s)


def listed(s: V) -> frozenset[V]:
    """Return a set if it is built; what a lazy one does is not known here."""
    if type(s) is not frozenset:
        raise Unsure
    return s


def total(start: int, parts: tuple[int, ...]) -> int:
    """Return the sum, if no sum on the way can be too large in any order."""
    found = sum(parts, start)
    if type(found) is int:
        if start >= 0 and _are_counts(parts):
            if found <= MAX_INT:
                return found
        elif sum(map(abs, parts)) + abs(start) <= MAX_INT:
            return found
    raise Unsure


def _goes_with(s: frozenset[V], element: V) -> bool:
    """Whether they can be in one set, for sure."""
    kind = type(element)
    if kind is ModelValue:
        return True
    if not s:
        return kind in _KINDS
    one = next(iter(s))
    return type(one) is kind and (kind is not Fn or one.is_record is element.is_record)


_KINDS: Final = frozenset({int, str, Bool, ModelValue, tuple, Fn, frozenset})


def _is_plain_kind(value: V) -> bool:
    """Whether sets of its kind may be asked for it."""
    return type(value) is not ModelValue or not value.kind


# --------------------------------------------------------------- bags


def is_in_bag(element: V, bag: V) -> bool:
    """Whether BagIn(element, bag)."""
    if type(bag) is Fn:
        place = bag.shape.index.get(element)
        count = 0 if place is None else bag.row[place]
        if place is not None and type(count) is int:
            return count > 0
    return bag_in(element, bag)


def is_bag_with(new: V, bag: V, element: V) -> bool:
    """Whether new = bag (+) SetToBag({element})."""
    if type(new) is Fn:
        place = new.shape.index.get(element)
        if place is not None and _is_with_at(new, bag, place):
            return True
    return same(new, bag_cup(bag, set_to_bag(set_of(element))))


def _is_with_at(new: Fn, bag: V, place: int) -> bool:
    if type(bag) is not Fn:
        return new.row == (1,) and bag == ()
    if not _are_counts(bag.row):
        return False
    if new.shape is bag.shape:
        row: list[V] = [*bag.row]
        row[place] += 1
        return row == [*new.row] and bag.shape.kind is not None
    left = [*new.row]
    if left.pop(place) != 1 or left != [*bag.row] or not _go_together(bag, new):
        return False
    keys = [*new.shape.keys]
    del keys[place]
    return keys == [*bag.shape.keys]


def is_bag_without(new: V, bag: V, element: V) -> bool:
    """Whether new = bag (-) SetToBag({element})."""
    if type(bag) is Fn:
        place = bag.shape.index.get(element)
        if place is not None and _is_without_at(new, bag, place):
            return True
    return same(new, bag_minus(bag, set_to_bag(set_of(element))))


def _is_without_at(new: V, bag: Fn, place: int) -> bool:
    if not _are_counts(bag.row) or bag.shape.kind is None:
        return False
    if type(new) is not Fn:
        return bag.row == (1,) and new == ()
    row: list[V] = [*bag.row]
    if new.shape is bag.shape:
        row[place] -= 1
        return row == [*new.row] and row[place] > 0
    if row.pop(place) != 1 or row != [*new.row]:
        return False
    keys = [*bag.shape.keys]
    del keys[place]
    return keys == [*new.shape.keys]


def is_bag_exchanged(new: V, bag: V, element: V, other: V) -> bool:
    """Whether new = (bag (-) SetToBag({element})) (+) SetToBag({other})."""
    if type(bag) is Fn and type(new) is Fn and _go_together(bag, new):
        place = bag.shape.index.get(element)
        there = new.shape.index.get(other)
        if (
            place is not None
            and there is not None
            and _are_counts(bag.row)
            and _one_less(bag, place) == _one_less(new, there)
        ):
            return True
    left = bag_minus(bag, set_to_bag(set_of(element)))
    return same(new, bag_cup(left, set_to_bag(set_of(other))))


def _one_less(bag: Fn, place: int) -> tuple[list[V], list[V]]:
    keys: list[V] = [*bag.shape.keys]
    row: list[V] = [*bag.row]
    count = row[place]
    if count == 1:
        del keys[place], row[place]
    elif type(count) is int:
        row[place] = count - 1
    return row, keys


def _go_together(a: Fn, b: Fn) -> bool:
    """Whether an element of one can be one of the other, for sure."""
    shape, other = a.shape, b.shape
    return (
        shape.kind is not None
        and shape.kind is other.kind
        and shape.has_records is other.has_records
    )


def _are_counts(row: tuple[V, ...]) -> bool:
    """Whether these are numbers of elements, with room for one more."""
    if row in _COUNTS:
        return True
    if not all(type(count) is int and 0 < count < MAX_INT for count in row):
        return False
    if len(_COUNTS) >= _REMEMBERED:
        _COUNTS.clear()
    _COUNTS.add(row)
    return True


_COUNTS: Final[set[tuple[V, ...]]] = set()
