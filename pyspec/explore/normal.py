"""Temporal formulas in a normal form: negation only of predicates.

What is left is StatePredicate, ActionPredicate, Not of these, And, Or, Always
and Eventually, simplified a little: `[]` and `<>` in front of a formula that
speaks of the end of a behavior only (`tail`) are dropped.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, TypeAlias

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
    from collections.abc import Iterable, Iterator

__all__ = [
    "FALSITY",
    "TRUTH",
    "Predicate",
    "cases",
    "conjuncts",
    "is_local",
    "is_tail",
    "literals",
    "normal",
    "predicates",
    "strong",
]

Predicate: TypeAlias = StatePredicate | ActionPredicate

TRUTH: Final = And(())
FALSITY: Final = Or(())
_MOST_CASES: Final = 64


def normal(formula: Formula, *, truth: bool = True) -> Formula:
    """Return the normal form of the formula, or of its negation."""
    match formula:
        case StatePredicate() | ActionPredicate():
            return formula if truth else Not(formula)
        case Not(body):
            return normal(body, truth=not truth)
        case And(parts) | Or(parts):
            inside = [normal(part, truth=truth) for part in parts]
            return _all(inside) if isinstance(formula, And) == truth else _any(inside)
        case Always(body) | Eventually(body):
            inner = normal(body, truth=truth)
            is_always = isinstance(formula, Always) == truth
            return _always(inner) if is_always else _eventually(inner)
        case _:
            return normal(_defined(formula), truth=truth)


def _defined(formula: Formula) -> Formula:
    """Return what a derived operator stands for."""
    match formula:
        case Implies(premise, conclusion):
            return Or((Not(premise), conclusion))
        case Equivalent(left, right):
            return And((Implies(left, right), Implies(right, left)))
        case LeadsTo(premise, conclusion):
            return Always(Implies(premise, Eventually(conclusion)))
        case WeakFairness(enabled, taken, about):
            guard = StatePredicate(enabled)
            idle_or_taken = Or((Not(guard), ActionPredicate(taken, guard, about)))
            return Always(Eventually(idle_or_taken))
        case StrongFairness(enabled, taken):
            guard = StatePredicate(enabled)
            often_taken = Always(Eventually(ActionPredicate(taken, guard)))
            return Or((Eventually(Always(Not(guard))), often_taken))
    msg = f"not a temporal formula: {formula!r}"
    raise TypeError(msg)


def _all(parts: Iterable[Formula]) -> Formula:
    flat = list(dict.fromkeys(itertools.chain(*map(conjuncts, parts))))
    if FALSITY in flat:
        return FALSITY
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def _any(parts: Iterable[Formula]) -> Formula:
    flat = list(dict.fromkeys(itertools.chain(*map(_disjuncts, parts))))
    if TRUTH in flat:
        return TRUTH
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def _always(body: Formula) -> Formula:
    if is_tail(body) or isinstance(body, Always):
        return body
    if isinstance(body, And) and not is_local(body):
        return _all(map(_always, body.parts))
    return Always(body)


def _eventually(body: Formula) -> Formula:
    if is_tail(body) or isinstance(body, Eventually):
        return body
    if isinstance(body, Or) and not is_local(body):
        return _any(map(_eventually, body.parts))
    return Eventually(body)


def is_tail(formula: Formula) -> bool:
    """Whether dropping a first part of a behavior never changes the value."""
    match formula:
        case And(parts) | Or(parts):
            return all(map(is_tail, parts))
        case Always(Eventually()) | Eventually(Always()):
            return True
    return False


def is_local(formula: Formula) -> bool:
    """Whether the formula speaks of the first state and step alone."""
    match formula:
        case And(parts) | Or(parts):
            return all(map(is_local, parts))
        case Always() | Eventually():
            return False
    return True


def strong(formula: Formula) -> tuple[Formula, Formula] | None:
    """Return F and G if the formula reads `[]<>F => []<>G`, both of one step."""
    idle: list[Formula] = []
    often: list[Formula] = []
    for part in _disjuncts(formula):
        match part:
            case Eventually(Always(body)) if is_local(body):
                idle.append(normal(body, truth=False))
            case Always(Eventually(body)) if is_local(body):
                often.append(body)
            case _:
                return None
    return (idle[0], _any(often)) if len(idle) == 1 and often else None


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """Return the parts that a normal formula is the conjunction of."""
    return formula.parts if isinstance(formula, And) else (formula,)


def _disjuncts(formula: Formula) -> tuple[Formula, ...]:
    return formula.parts if isinstance(formula, Or) else (formula,)


def cases(formula: Formula) -> list[tuple[Formula, ...]]:
    """Split a normal formula into conjunctions, one of which must be true.

    What would give too many is left whole.
    """
    if is_local(formula) or strong(formula) is not None:
        return [(formula,)]
    if isinstance(formula, And):
        return _products(formula.parts)
    if not isinstance(formula, Or):
        return [(formula,)]
    split = [case for part in formula.parts for case in cases(part)]
    return split if len(split) <= _MOST_CASES else [(formula,)]


def _products(parts: tuple[Formula, ...]) -> list[tuple[Formula, ...]]:
    product: list[tuple[Formula, ...]] = [()]
    for part in parts:
        choice = cases(part)
        if len(product) * len(choice) > _MOST_CASES:
            choice = [(part,)]
        product = [(*one, *more) for one in product for more in choice]
    return product


def literals(formula: Formula) -> Iterator[tuple[Predicate, bool]]:
    """Return the predicates of a normal formula, and whether each is affirmed."""
    match formula:
        case StatePredicate() | ActionPredicate():
            yield formula, True
        case Not(StatePredicate() | ActionPredicate() as denied):
            yield denied, False
        case Always(body) | Eventually(body):
            yield from literals(body)
        case And(parts) | Or(parts):
            yield from itertools.chain(*map(literals, parts))


def predicates(formula: Formula) -> Iterator[Predicate]:
    """Return the predicates of a normal formula, guards before the guarded."""
    match formula:
        case StatePredicate():
            yield formula
        case ActionPredicate():
            if formula.guard is not None:
                yield formula.guard
            yield formula
        case Not(body) | Always(body) | Eventually(body):
            yield from predicates(body)
        case And(parts) | Or(parts):
            for part in parts:
                yield from predicates(part)
