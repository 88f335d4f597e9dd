r"""SequencesExt.  As for `\o`, a string is a sequence of characters for some.

Those are the operators on prefixes, suffixes and subsequences.
"""

from __future__ import annotations

from collections import Counter
from functools import reduce
from itertools import chain, combinations, permutations
from math import factorial, perm
from typing import TYPE_CHECKING, Any, Final

from pyspec.language.runtime.errors import refused
from pyspec.language.runtime.modules.functions import (
    fold_function,
    range_of,
    require_few,
    values_of,
)
from pyspec.language.runtime.modules.sequences import concatenate, sequence, sub_seq
from pyspec.language.runtime.modules.tlc import sort_seq
from pyspec.language.runtime.ops import eq
from pyspec.language.runtime.sets import elements, plain
from pyspec.values import fn

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspec.language.runtime.order import V

__all__ = ["CONSTANTS", "PREDICATES", "TABLE", "TESTS"]


# ------------------------------------------------------------- sets, sequences


def to_bag(s: V) -> V:
    """Return how often each value of a function, say of a sequence, comes."""
    range_of(s)
    return fn(Counter(map(plain, values_of(s, "ToBag"))))


def set_to_seq(s: V) -> tuple[V, ...]:
    """Return the elements of a set in TLC's order."""
    return tuple(map(plain, elements(s)))


def set_to_seqs(s: V) -> frozenset[V]:
    """Return the sequences of all elements, each once."""
    every = set_to_seq(s)
    require_few(factorial(min(len(every), 20)), "this set of sequences", s)
    return frozenset(permutations(every))


def set_to_sort_seq(s: V, less: Callable[[V, V], bool]) -> tuple[V, ...]:
    """Return the elements of a set, sorted."""
    return sort_seq(set_to_seq(s), less)


def all_k_permutations(s: V) -> frozenset[V]:
    """Return the sequences of elements without repetition, however short."""
    every = set_to_seq(s)
    counts = range(len(every) + 1)
    require_few(sum(perm(len(every), k) for k in counts), "this set of sequences", s)
    return frozenset(chain.from_iterable(permutations(every, k) for k in counts))


# ------------------------------------------------------------------ searching


def has(s: V, e: V) -> bool:
    """Whether e is in the sequence."""
    return any(eq(element, e) for element in sequence(s, "Contains", "first argument"))


def is_sorted(s: V, holds: Callable[[V, V], bool]) -> bool:
    """Whether an operator holds between each element and all after it."""
    every = sequence(s, "IsSorted", "first argument")
    return all(holds(a, b) for a, b in combinations(every, 2))


def first_place(s: V, test: Callable[[V], bool]) -> int:
    """Return where the first element is that passes a test; 0 if none does."""
    every = enumerate(sequence(s, "SelectInSeq", "first argument"), 1)
    return next((place for place, element in every if test(element)), 0)


def last_place(s: V, test: Callable[[V], bool]) -> int:
    """Return where the last element is that passes a test; 0 if none does."""
    every = sequence(s, "SelectLastInSeq", "first argument")
    back = first_place(every[::-1], test)
    return len(every) + 1 - back if back else 0


def first_place_within(s: V, m: V, n: V, test: Callable[[V], bool]) -> int:
    """Return the first place among m..n; 0 if there is none."""
    found = first_place(sub_seq(s, m, n), test)
    return found + m - 1 if found else 0


def last_place_within(s: V, m: V, n: V, test: Callable[[V], bool]) -> int:
    """Return the last place among m..n; 0 if there is none."""
    found = last_place(sub_seq(s, m, n), test)
    return found + m - 1 if found else 0


# -------------------------------------------------------------------- editing


def backwards(s: V) -> tuple[V, ...]:
    """Return the sequence, last element first."""
    return sequence(s, "Reverse")[::-1]


def flat(seqs: V) -> V:
    """Return all sequences of a sequence, one after the other."""
    every = seqs if seqs == "" else sequence(seqs, "FlattenSeq")
    return reduce(concatenate, every) if every else every


def replace_all(r: V, s: V, t: V) -> V:
    """Return t with r for each s from the left; for an empty s see `_spread`."""
    whole, part = _text(t, "ReplaceAllSubSeqs"), _text(s, "ReplaceAllSubSeqs")
    if eq(part, whole):
        return r
    if not part:
        return _spread(r, whole)
    done, place = whole[:0], 0
    while place < len(whole):
        if eq(whole[place : place + len(part)], part):
            done, place = concatenate(done, r), place + len(part)
        else:
            done, place = done + whole[place : place + 1], place + 1
    return done


def _spread(r: V, t: V) -> V:
    """Return r, the first element, r, the second, and so on."""
    done = t[:0]
    for place in range(len(t)):
        done = concatenate(concatenate(done, r), t[place : place + 1])
    return done


# ---------------------------------------------------------- prefixes, suffixes


def is_prefix(s: V, t: V) -> bool:
    """Whether t begins with s."""
    part, whole = _text(s, "IsPrefix"), _text(t, "IsPrefix")
    return len(part) <= len(whole) and eq(part, whole[: len(part)])


def is_suffix(s: V, t: V) -> bool:
    """Whether t ends with s."""
    part, whole = _text(s, "IsSuffix"), _text(t, "IsSuffix")
    return len(part) <= len(whole) and eq(part, whole[len(whole) - len(part) :])


def prefixes(s: V) -> frozenset[V]:
    """Return what s begins with."""
    every = plain(_text(s, "Prefixes"))
    return frozenset(every[:end] for end in range(len(every) + 1))


def suffixes(s: V) -> frozenset[V]:
    """Return what s ends with."""
    every = plain(_text(s, "Suffixes"))
    return frozenset(every[start:] for start in range(len(every) + 1))


def common_prefixes(seqs: V) -> frozenset[V]:
    """Return what all sequences of a set begin with."""
    every = tuple(elements(seqs))
    return prefixes(longest_common_prefix(seqs)) if every else frozenset()


def longest_common_prefix(seqs: V) -> V:
    """Return the longest of what all sequences of a set begin with."""
    every = [_text(each, "LongestCommonPrefix") for each in elements(seqs)]
    if not every:
        raise refused("LongestCommonPrefix of no sequences has no value")
    first = min(every, key=len)
    end = 0
    while end < len(first) and all(eq(each[end], first[end]) for each in every):
        end += 1
    return first[:end]


def sub_seqs(s: V) -> frozenset[V]:
    """Return what stands together somewhere in s."""
    every = plain(_text(s, "SubSeqs"))
    ends = range(len(every) + 1)
    return frozenset(every[start:end] for start in ends for end in ends[start:])


def all_sub_seqs(s: V) -> frozenset[V]:
    """Return what is left of s if some elements are taken out."""
    every = plain(sequence(s, "AllSubSeqs"))
    require_few(2 ** len(every), "this set of sequences", s)
    counts = range(len(every) + 1)
    return frozenset(chain.from_iterable(combinations(every, k) for k in counts))


# ---------------------------------------------------------------------- folds


def fold_left(op: Callable[[V, V], V], base: V, s: V) -> V:
    """Return op(op(base, s[1]), ...)."""
    return reduce(op, sequence(s, "FoldLeft", "third argument"), base)


def fold_right(op: Callable[[V, V], V], s: V, base: V) -> V:
    """Return op(s[1], op(s[2], ...))."""
    every = sequence(s, "FoldRight", "second argument")
    return reduce(lambda done, element: op(element, done), reversed(every), base)


def fold_left_domain(op: Callable[[V, V], V], base: V, s: V) -> V:
    """Return FoldLeft over places instead of elements."""
    return fold_left(op, base, _places(s))


def fold_right_domain(op: Callable[[V, V], V], s: V, base: V) -> V:
    """Return FoldRight over places instead of elements."""
    return fold_right(op, _places(s), base)


def _places(s: V) -> tuple[int, ...]:
    return tuple(range(1, len(sequence(s, "this fold")) + 1))


def _text(s: V, what: str) -> V:
    return s if type(s) is str else sequence(s, what)


_OPERATORS: Final[dict[str, Callable[..., Any]]] = {
    "ToSet": range_of,
    "ToBag": to_bag,
    "SetToSeq": set_to_seq,
    "SetToSeqs": set_to_seqs,
    "SetToSortSeq": set_to_sort_seq,
    "SetToAllKPermutations": all_k_permutations,
    "Contains": has,
    "IsSorted": is_sorted,
    "SelectInSeq": first_place,
    "SelectLastInSeq": last_place,
    "SelectInSubSeq": first_place_within,
    "SelectLastInSubSeq": last_place_within,
    "Reverse": backwards,
    "FlattenSeq": flat,
    "ReplaceAllSubSeqs": replace_all,
    "IsPrefix": is_prefix,
    "IsSuffix": is_suffix,
    "Prefixes": prefixes,
    "Suffixes": suffixes,
    "CommonPrefixes": common_prefixes,
    "LongestCommonPrefix": longest_common_prefix,
    "SubSeqs": sub_seqs,
    "AllSubSeqs": all_sub_seqs,
    "FoldSeq": fold_function,
    "FoldLeft": fold_left,
    "FoldRight": fold_right,
    "FoldLeftDomain": fold_left_domain,
    "FoldRightDomain": fold_right_domain,
}
TABLE: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("SequencesExt", name): call for name, call in _OPERATORS.items()
}
CONSTANTS: Final[dict[tuple[str, str], V]] = {}
PREDICATES: Final = frozenset(
    ("SequencesExt", name) for name in ("Contains", "IsSorted", "IsPrefix", "IsSuffix")
)
TESTS: Final[dict[tuple[str, str], tuple[int, ...]]] = {
    ("SequencesExt", "SetToSortSeq"): (1,),
    ("SequencesExt", "IsSorted"): (1,),
    ("SequencesExt", "SelectInSeq"): (1,),
    ("SequencesExt", "SelectLastInSeq"): (1,),
    ("SequencesExt", "SelectInSubSeq"): (3,),
    ("SequencesExt", "SelectLastInSubSeq"): (3,),
}
