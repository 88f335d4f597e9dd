"""The value of a temporal formula on a lasso, straight from its definition.

Used to confirm each counterexample to a temporal property before it is
reported, by other means than those that found it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspec.language.temporal import (
    ActionPredicate,
    Always,
    And,
    Equivalent,
    Eventually,
    Formula,
    Implies,
    LeadsTo,
    Not,
    Or,
    StatePredicate,
    StrongFairness,
    WeakFairness,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.explore.model import State

__all__ = ["true_of_lasso"]


def true_of_lasso(
    formula: Formula, prefix: Sequence[State], loop: Sequence[State]
) -> bool:
    """Return whether the formula is true of: prefix, then loop for ever."""
    return _Lasso([*prefix, *loop], len(prefix)).values(formula)[0]


class _Lasso:
    def __init__(self, states: list[State], back_to: int) -> None:
        self.states = states
        self.nexts = [*states[1:], states[back_to]]
        self.back_to = back_to

    def values(self, formula: Formula) -> list[bool]:
        """Return the formula's value on each suffix of the behavior."""
        match formula:
            case StatePredicate(holds):
                return [bool(holds(state)) for state in self.states]
            case ActionPredicate():
                return self._steps(formula)
            case Not(body):
                return [not value for value in self.values(body)]
            case And(parts):
                return self._each(parts, all)
            case Or(parts):
                return self._each(parts, any)
            case Implies(premise, conclusion):
                return self.values(Or((Not(premise), conclusion)))
            case Equivalent(left, right):
                pairs = zip(self.values(left), self.values(right), strict=True)
                return [one == other for one, other in pairs]
            case _:
                return self._temporal(formula)

    def _temporal(self, formula: Formula) -> list[bool]:
        match formula:
            case Always(body):
                return self._from_each_on(self.values(body))
            case Eventually(body):
                never = self._from_each_on(self.values(Not(body)))
                return [not value for value in never]
            case LeadsTo(premise, conclusion):
                return self.values(Always(Implies(premise, Eventually(conclusion))))
            case WeakFairness(enabled, taken) | StrongFairness(enabled, taken):
                guard = StatePredicate(enabled)
                often = Always(Eventually(ActionPredicate(taken, guard)))
                if isinstance(formula, WeakFairness):
                    return self.values(Implies(Eventually(Always(guard)), often))
                return self.values(Implies(Always(Eventually(guard)), often))
        msg = f"not a temporal formula: {formula!r}"
        raise TypeError(msg)

    def _steps(self, formula: ActionPredicate) -> list[bool]:
        guard = formula.guard
        return [
            (guard is None or bool(guard.holds(state)))
            and bool(formula.holds(state, after))
            for state, after in zip(self.states, self.nexts, strict=True)
        ]

    def _each(self, parts: tuple[Formula, ...], quantifier: object) -> list[bool]:
        columns = [self.values(part) for part in parts]
        both = all if quantifier is all else any
        return [
            both(column[place] for column in columns)
            for place in range(len(self.states))
        ]

    def _from_each_on(self, values: list[bool]) -> list[bool]:
        """Return whether the values are true from each place on."""
        so_far = all(values[self.back_to :])
        result = [so_far] * len(values)
        for place in reversed(range(self.back_to)):
            so_far = result[place] = so_far and values[place]
        return result
