"""What the beginnings of behaviors say of a temporal formula, in three values.

A beginning violates a formula if nothing that could follow makes it true, and
satisfies it if nothing makes it false; else it is pending.  What could follow
are all words over the formula's predicates: where these are true in the last
state is known.  So a verdict other than pending is never wrong, whatever the
spec does next.

After: Bauer, Leucker & Schallhart, "Runtime verification for LTL and TLTL",
ACM TOSEM 20(4), 2011.
"""

from __future__ import annotations

import itertools
from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

from pyspec.explore.automaton import Automaton
from pyspec.explore.fair import Acceptance, fair_lasso
from pyspec.explore.liveness import not_put_off
from pyspec.explore.normal import literals, normal, predicates
from pyspec.explore.product import Product
from pyspec.explore.valuation import Valuation
from pyspec.language.temporal import And, Eventually, Formula, StatePredicate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyspec.explore.model import State
    from pyspec.explore.normal import Predicate

__all__ = ["Beginning", "Prefixes"]

_MOST_FREE: Final = 8


class Beginning(NamedTuple):
    """Where a beginning has come to: what must hold so that the formula is true.

    - number: of the last node
    - yes, no: states of the automata of the formula and of its negation, one of
      which has to accept what follows
    """

    number: int
    yes: frozenset[int]
    no: frozenset[int]


class Prefixes:
    """Runs the automata of a formula and of its negation along a graph.

    `nodes` are states, `targets` where each of them leads.
    """

    def __init__(
        self,
        nodes: Sequence[State],
        targets: Sequence[Sequence[int]],
        formula: Formula,
        look: Callable[[], None],
    ) -> None:
        forms = normal(formula), normal(formula, truth=False)
        self._look = look
        self._targets = targets
        self._valuation = Valuation(nodes, targets.__getitem__, forms, look)
        yes, no = (_Side(form, self._valuation, look) for form in forms)
        self._yes, self._no = yes, no

    def start(self, number: int) -> Beginning:
        """Return the beginning that is just a state."""
        zero = frozenset({0})
        return Beginning(number, zero, zero)

    def after(self, here: Beginning) -> Iterator[Beginning]:
        """Return the beginnings that are longer by a step."""
        for target, mask in self._steps(here.number):
            if target != here.number:
                yield self._gone(here, target, mask)

    def _gone(self, here: Beginning, target: int, mask: int) -> Beginning:
        yes, no = self._yes.step(here.yes, mask), self._no.step(here.no, mask)
        return Beginning(target, yes, no)

    def _steps(self, number: int) -> Iterator[tuple[int, int]]:
        known = self._valuation
        for edge in range(known.starts[number], known.starts[number + 1]):
            yield known.targets[edge], known.masks[edge]

    def can_be(self, here: Beginning) -> tuple[bool, bool]:
        """Whether what follows can make the formula true, and false."""
        last, mask = self._staying(here)
        return self._yes.lives(last.yes, mask), self._no.lives(last.no, mask)

    def open(self, here: Beginning) -> frozenset[Formula]:
        """Return each `<>F` that must come true, whichever way the formula does."""
        last, mask = self._staying(here)
        return self._yes.owed(last.yes, mask)

    def _staying(self, here: Beginning) -> tuple[Beginning, int]:
        """Return the beginning with its last state once more, and that step's mask.

        It says the same; what must hold after it takes that state into account.
        """
        masks = (mask for to, mask in self._steps(here.number) if to == here.number)
        mask = next(masks)  # every state may stutter
        return self._gone(here, here.number, mask), mask


class _Side:
    """The automaton of a normal formula, and which of its states can accept."""

    def __init__(
        self, form: Formula, valuation: Valuation, look: Callable[[], None]
    ) -> None:
        self._automaton = Automaton([form], valuation)
        self._valuation = valuation
        self._look = look
        self._steps: dict[tuple[frozenset[int], int], frozenset[int]] = {}
        self._lives: dict[tuple[int, int], bool] = {}

    def step(self, states: frozenset[int], mask: int) -> frozenset[int]:
        """Return where a step leads from some of these states."""
        found = self._steps.get((states, mask))
        if found is None:
            moves = (self._automaton.transitions(state, mask) for state in states)
            found = frozenset(move.target for each in moves for move in each)
            self._steps[states, mask] = found
        return found

    def lives(self, states: frozenset[int], mask: int) -> bool:
        """Whether some of these states accepts a word.

        `mask` has the predicates that are true of the last state.
        """
        return any(self._accepts(state, mask) for state in states)

    def owed(self, states: frozenset[int], mask: int) -> frozenset[Formula]:
        """Return each `<>F` that all states ask for which accept a word."""
        found = [
            {f for f in self._automaton.left(state) if isinstance(f, Eventually)}
            for state in states
            if self._accepts(state, mask)
        ]
        return frozenset[Formula]().union(*found[:1]).intersection(*found)

    def _accepts(self, state: int, mask: int) -> bool:
        key = state, mask
        if key not in self._lives:
            left = self._automaton.left(state)
            known = self._valuation.known[mask]
            values = {
                predicate: bool(known & bit)
                for predicate, bit in self._valuation.bits.items()
                if isinstance(predicate, StatePredicate)
            }
            self._lives[key] = _can_hold(left, values, self._look)
        return self._lives[key]


# ------------------------------------------------------------ can it come true?


def _can_hold(
    formulas: tuple[Formula, ...],
    first: dict[StatePredicate, bool],
    look: Callable[[], None],
) -> bool:
    """Whether some word makes normal formulas true whose first letter is known.

    True also where it would take too long to find out.
    """
    words = _Words(formulas, first)
    if words.too_many:
        return True
    automaton = Automaton(formulas, words)
    product = Product(words, automaton, [0], look)
    acceptance = Acceptance(tuple(not_put_off(product)), frozenset(), ())
    return fair_lasso(product, acceptance, look) is not None


class _Words(Valuation):
    """All words over the predicates of normal formulas, as a graph of two states.

    State 0 is before the first letter, 1 is after it.  A predicate that occurs
    unnegated only is true, as that helps; likewise false.
    """

    def __init__(
        self, formulas: tuple[Formula, ...], first: dict[StatePredicate, bool]
    ) -> None:
        whole = And(formulas)
        found = dict.fromkeys(predicates(whole))
        self.bits = {each: 1 << place for place, each in enumerate(found)}
        self.known = []
        self.starts = array("q", [0])
        self.targets = array("q")
        self.masks = array("q")
        signs = set(literals(whole))
        better = {one for one, affirmed in signs if affirmed}
        worse = {one for one, affirmed in signs if not affirmed}
        both = better & worse
        self.too_many = len(both) > _MOST_FREE
        if self.too_many:
            return
        for known in (first, {}):
            self._letters(better - both, both, known)

    def _letters(
        self,
        true: set[Predicate],
        free: set[Predicate],
        known: dict[StatePredicate, bool],
    ) -> None:
        """Add a state whose edges are letters; all of them lead to state 1."""
        sure = {one: one in true for one in self.bits if one not in free}
        sure |= {one: value for one, value in known.items() if one in self.bits}
        open_ = [one for one in self.bits if one not in sure]
        for values in itertools.product((False, True), repeat=len(open_)):
            letter = sure | dict(zip(open_, values, strict=True))
            mask = sum(self.bits[one] for one, value in letter.items() if value)
            self.targets.append(1)
            self.masks.append(len(self.known))
            self.known.append(mask)
        self.starts.append(len(self.targets))
