"""States as tuples of small integers, and their successors by looking them up.

The values of each variable are numbered in the order in which they are found.
What a piece of the model gives for the values it reads is remembered by their
numbers, so that most steps cost two look-ups and no evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, overload

from pyspec.explore.model import Step
from pyspec.language.pieces import Part, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyspec.explore.model import Model, State
    from pyspec.values import Value

__all__ = ["Code", "Conjunct", "InPieces", "Numbers", "States", "conjuncts_of"]

Code: TypeAlias = tuple[int, ...]
"""A state: the number of each variable's value."""

Result: TypeAlias = "list[tuple[Code, int]]"
"""What a piece gives: the new numbers of what it writes, and the label's."""

_TRIAL: Final = 1 << 15
"""Misses after which remembering must have been worth it.

The first levels of a breadth-first search are all new: a shorter trial gives
up pieces that save nine tenths of the work later on.
"""
_MOST: Final = 1 << 18
"""Results of one piece that are kept; then they are forgotten, all at once."""


class InPieces(Protocol):
    """What a model may have besides the rest: itself, cut into pieces."""

    @property
    def pieces(self) -> Sequence[Piece]:
        """Together, all steps."""
        ...

    @property
    def invariant_parts(self) -> Mapping[str, Sequence[Part]]:
        """The conjuncts of each invariant."""
        ...


class Numbers:
    """The numbers of values and labels of one model.

    - expand(code): give code and label number of each step from a state
    - news(code, known, found), if the model is in pieces: call
      found(code, label) for each step to a state that is not in `known`;
      return how many steps there are in all
    """

    def __init__(self, model: Model) -> None:
        size = len(model.variables)
        self._values: list[list[Value]] = [[] for _ in range(size)]
        self._known: list[dict[Value, int]] = [{} for _ in range(size)]
        self.labels: list[tuple[str, tuple[Value, ...]]] = []
        self._label_numbers: dict[tuple[str, tuple[Value, ...]], int] = {}
        self.expanded = 0
        pieces: Sequence[Piece] | None = getattr(model, "pieces", None)
        self.in_pieces = pieces is not None
        results = [_Results(self, piece) for piece in pieces or ()]
        self.expand, self.news = _compiled(size, results)
        if pieces is None:
            self.expand = self._whole(model)

    def _whole(self, model: Model) -> Callable[[Code], Iterator[tuple[Code, int]]]:
        """Return `expand` for a model that is not in pieces: one step at a time."""
        return lambda code: (
            (self.code(step.state), self.label(step.action, step.arguments))
            for step in model.successors(self.state(code))
        )

    def code(self, state: State) -> Code:
        """Return the numbers of a state's values."""
        return tuple(map(self.number, range(len(self._values)), state))

    def number(self, place: int, value: Value) -> int:
        """Return the number of a variable's value."""
        known = self._known[place]
        number = known.get(value)
        if number is None:
            number = known[value] = len(known)
            self._values[place].append(value)
        return number

    def state(self, code: Code) -> State:
        """Return the state of a code."""
        return tuple([values[n] for values, n in zip(self._values, code, strict=True)])

    def values(self, places: tuple[int, ...], numbers: Code) -> list[Value]:
        """Return the values that some variables have by number."""
        every = self._values
        return [every[place][n] for place, n in zip(places, numbers, strict=True)]

    def label(self, action: str, arguments: tuple[Value, ...]) -> int:
        """Return the number of a label."""
        label = (action, arguments)
        number = self._label_numbers.get(label)
        if number is None:
            number = self._label_numbers[label] = len(self.labels)
            self.labels.append(label)
        return number

    def step(self, code: Code, label: int) -> Step:
        """Return the step with this label to this state."""
        return Step(*self.labels[label], self.state(code))


class States(Sequence["State"]):
    """The states of codes; each is built when it is asked for."""

    def __init__(self, numbers: Numbers, codes: Sequence[Code]) -> None:
        self._numbers = numbers
        self._codes = codes

    @overload
    def __getitem__(self, place: int) -> State: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[State]: ...
    def __getitem__(self, place: int | slice) -> State | Sequence[State]:
        if isinstance(place, slice):
            return States(self._numbers, self._codes[place])
        return self._numbers.state(self._codes[place])

    def __len__(self) -> int:
        return len(self._codes)


class Conjunct:
    """A conjunct of an invariant, asked once for the values that it reads."""

    def __init__(self, numbers: Numbers, name: str, part: Part) -> None:
        self.name = name
        self.reads, self._holds = part
        self._numbers = numbers
        self._worth = _Worth(numbers)
        self.key = _key_of(self.reads)
        self.known: set[Any] = set()  # keys for which it holds

    def holds(self, key: Any) -> bool:  # noqa: ANN401 - see `_key_of`
        """Whether it holds, for a key that is not known."""
        numbers = key if len(self.reads) != 1 else (key,)
        if not self._holds(*self._numbers.values(self.reads, numbers)):
            return False
        if self._worth.remembering(self.known):
            self.known.add(key)
        return True


def conjuncts_of(model: Model, numbers: Numbers) -> list[Conjunct]:
    """Return what all invariants consist of, in order."""
    parts: Mapping[str, Sequence[Part]] | None
    parts = getattr(model, "invariant_parts", None)
    if parts is None:
        every = tuple(range(len(model.variables)))
        whole = model.invariants.items()
        parts = {name: (Part(every, _of_values(holds)),) for name, holds in whole}
    return [
        Conjunct(numbers, name, part)
        for name, conjuncts in parts.items()
        for part in conjuncts
    ]


def _of_values(holds: Callable[[State], bool]) -> Callable[..., bool]:
    return lambda *values: holds(values)


class _Worth:
    """Whether what was found for a key is worth remembering."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._misses = 0
        self._yes = True

    def remembering(self, known: dict[Any, Any] | set[Any]) -> bool:
        """Count a miss, and forget what is known if it is of no use or too much."""
        self._misses += 1
        if self._misses == _TRIAL:
            self._yes = self._misses < 0.9 * self._numbers.expanded
        if not self._yes or len(known) >= _MOST:
            known.clear()
        return self._yes


class _Results:
    """What a piece gave so far, by the numbers of what it reads.

    The key is a tuple of numbers, or the number itself if it is just one.
    """

    def __init__(self, numbers: Numbers, piece: Piece) -> None:
        self.reads, self.writes, self._steps = piece
        self._numbers = numbers
        self._by_key: dict[Any, Result] = {}
        self._worth = _Worth(numbers)
        self.get: Callable[[Any], Result | None] = self._by_key.get

    def miss(self, key: Any) -> Result:  # noqa: ANN401 - see above
        """Evaluate the piece."""
        read = key if len(self.reads) != 1 else (key,)
        label, number, writes = self._numbers.label, self._numbers.number, self.writes
        result = [
            (tuple(map(number, writes, new)), label(action, arguments))
            for action, arguments, new in self._steps(
                *self._numbers.values(self.reads, read)
            )
        ]
        if self._worth.remembering(self._by_key):
            self._by_key[key] = result
        return result


# ------------------------------------------------------------------ code


def _compiled(
    size: int, results: list[_Results]
) -> tuple[Callable[[Code], Iterator[tuple[Code, int]]], Callable[..., int]]:
    """Write and compile the two functions that go through all pieces.

    Written out, because a loop over pieces that puts new numbers into a tuple
    by index takes several times as long.
    """
    space: dict[str, Any] = {}
    for place, each in enumerate(results):
        space[f"get{place}"], space[f"miss{place}"] = each.get, each.miss
    state = _tuple(f"s{place}" for place in range(size))
    lines = [
        "def expand(state):",
        f"    {state} = state" if size else "    pass",
        *_loops(size, results, ["yield after, label"]),
        "    return",
        "    yield",
        "def news(state, known, found):",
        f"    {state} = state" if size else "    pass",
        "    count = 0",
        *_loops(size, results, ["if after not in known:", "    found(after, label)"]),
        "    return count",
    ]
    exec("\n".join(lines), space)  # noqa: S102 - made of numbers only
    return space["expand"], space["news"]


def _loops(size: int, results: list[_Results], body: list[str]) -> Iterator[str]:
    for place, each in enumerate(results):
        yield f"    key = {_key(each.reads)}"
        yield f"    result = get{place}(key)"
        yield f"    if result is None: result = miss{place}(key)"
        if body[0].startswith("if"):
            yield "    count += len(result)"
        new = _tuple(f"n{written}" for written in each.writes)
        yield f"    for {new if each.writes else '_'}, label in result:"
        names = (f"{'n' if v in each.writes else 's'}{v}" for v in range(size))
        yield f"        after = {_tuple(names)}"
        yield from (f"        {line}" for line in body)


def _key_of(reads: tuple[int, ...]) -> Callable[[Code], Any]:
    """Return what takes the key of these variables out of a code."""
    if not reads:
        return lambda code: code[:0]
    return itemgetter(*reads)


def _key(reads: tuple[int, ...]) -> str:
    return f"s{reads[0]}" if len(reads) == 1 else _tuple(f"s{v}" for v in reads)


def _tuple(names: Iterable[str]) -> str:
    return f"({''.join(f'{name}, ' for name in names)})"
