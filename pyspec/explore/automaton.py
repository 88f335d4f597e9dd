"""What is left to hold of a behavior, step by step: a tableau.

A state of the automaton is the set of formulas that must hold from now on.
Reading one step of the behavior turns it into what must hold after that step;
a disjunction or `<>` may be met in several ways, so there may be several such
sets.  Each says which `<>` it has put off: a behavior is accepted if it never
puts off one of them for ever.

After: Couvreur, "On-the-fly verification of linear temporal logic", FM 1999,
with the acceptance on transitions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pyspec.errors import Undecided
from pyspec.explore.normal import is_local
from pyspec.language.temporal import Always, And, Eventually, Formula, Or

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyspec.explore.valuation import Valuation

__all__ = ["Automaton", "Transition"]

Numbers: TypeAlias = tuple[int, ...]
_MOST_STATES: Final = 4096
_MOST_STEPS: Final = 20_000


class Transition(NamedTuple):
    """The automaton state after a step, and the number of each `<>` put off."""

    target: int
    put_off: Numbers


class _Branch(NamedTuple):
    """One way to meet the formulas: what is yet to do, and what was decided."""

    now: Numbers
    met: frozenset[int]
    later: frozenset[int]
    put_off: frozenset[int]


class Automaton:
    """The automaton of a conjunction of normal formulas; its first state is 0."""

    def __init__(self, formulas: Iterable[Formula], valuation: Valuation) -> None:
        self._valuation = valuation
        self._formulas: list[Formula] = []
        self._parts: list[Numbers] = []
        self._numbers: dict[Formula, int] = {}
        self._states: list[Numbers] = []
        self._places: dict[Numbers, int] = {}
        self._known: list[dict[int, tuple[Transition, ...]]] = []
        self._state(frozenset(map(self._number, formulas)))

    def transitions(self, state: int, mask: int) -> tuple[Transition, ...]:
        """Return the ways to go on from a state over a step with this mask."""
        known = self._known[state].get(mask)
        if known is None:
            known = self._known[state][mask] = self._transitions(state, mask)
        return known

    def left(self, state: int) -> tuple[Formula, ...]:
        """Return what must hold from this state on."""
        return tuple(self._formulas[number] for number in self._states[state])

    def _transitions(self, state: int, mask: int) -> tuple[Transition, ...]:
        none = frozenset[int]()
        ends: dict[tuple[frozenset[int], frozenset[int]], None] = {}
        branches = [_Branch(self._states[state], none, none, none)]
        steps = 0
        while branches:
            branch = branches.pop()
            steps += 1
            if steps > _MOST_STEPS:
                raise _too_large(f"more than {_MOST_STEPS:,} ways to go on in it")
            if branch.now:
                branches.extend(reversed(self._resolved(branch, mask)))
            else:
                ends[branch.later, branch.put_off] = None
        return tuple(
            Transition(self._state(later), tuple(sorted(put_off)))
            for later, put_off in _weakest(list(ends))
        )

    def _resolved(self, branch: _Branch, mask: int) -> list[_Branch]:
        """Decide the last formula of a branch, in each way there is."""
        number, rest = branch.now[-1], branch._replace(now=branch.now[:-1])
        if number in branch.met:
            return [rest]
        formula, parts = self._formulas[number], self._parts[number]
        if not parts:
            return [rest] if self._valuation.value(formula, mask) else []
        rest = rest._replace(met=rest.met | {number})
        if isinstance(formula, And):
            return [rest._replace(now=rest.now + parts)]
        if isinstance(formula, Or):
            return self._either(parts, rest, mask)
        later = rest._replace(later=rest.later | {number})
        if isinstance(formula, Always):
            return [later._replace(now=later.now + parts)]
        put_off = later._replace(put_off=later.put_off | {number})
        return self._sooner_or_later(parts, rest, put_off, mask)

    def _either(self, parts: Numbers, rest: _Branch, mask: int) -> list[_Branch]:
        if any(self._is_true(part, mask) for part in parts):
            return [rest]
        temporal = [part for part in parts if self._parts[part]]
        return [rest._replace(now=(*rest.now, part)) for part in temporal]

    def _sooner_or_later(
        self, body: Numbers, rest: _Branch, put_off: _Branch, mask: int
    ) -> list[_Branch]:
        if self._parts[body[0]]:
            return [rest._replace(now=rest.now + body), put_off]
        return [rest] if self._is_true(body[0], mask) else [put_off]

    def _is_true(self, number: int, mask: int) -> bool:
        """Whether this is a local formula, and true."""
        local = not self._parts[number]
        return local and self._valuation.value(self._formulas[number], mask)

    def _number(self, formula: Formula) -> int:
        """Number a formula after its parts; a local one counts as without parts."""
        known = self._numbers.get(formula)
        if known is not None:
            return known
        parts = tuple(map(self._number, _parts_of(formula)))
        self._numbers[formula] = number = len(self._formulas)
        self._formulas.append(formula)
        self._parts.append(parts)
        return number

    def _state(self, numbers: frozenset[int]) -> int:
        key = tuple(sorted(numbers))
        place = self._places.setdefault(key, len(self._states))
        if place == len(self._states):
            if place >= _MOST_STATES:
                raise _too_large(f"more than {_MOST_STATES:,} states in its automaton")
            self._states.append(key)
            self._known.append({})
        return place


def _parts_of(formula: Formula) -> tuple[Formula, ...]:
    if is_local(formula):
        return ()
    if isinstance(formula, (And, Or)):
        return formula.parts
    assert isinstance(formula, (Always, Eventually))  # noqa: S101 - it is normal
    return (formula.body,)


def _too_large(found: str) -> Undecided:
    return Undecided(
        "a temporal property is too large to decide",
        found=found,
        hint="split it into several properties, or simplify the fairness",
    )


def _weakest(
    ends: list[tuple[frozenset[int], frozenset[int]]],
) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Drop each end that asks for and puts off at least as much as another.

    Whatever could follow it, could follow the other.
    """
    return [
        (later, put_off)
        for later, put_off in ends
        if not any(
            (later, put_off) != (less, sooner) and less <= later and sooner <= put_off
            for less, sooner in ends
        )
    ]
