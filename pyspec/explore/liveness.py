"""Do all fair behaviors of a finite state graph satisfy a temporal property?

Every state may also stutter.  A behavior that is fair and satisfies the
negation of the property is looked for: conditions on what happens infinitely
often are conditions on a strongly connected component (`fair`); what is left
of the formula becomes an automaton (`automaton`) that runs along.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from pyspec.errors import Bug, Mistake
from pyspec.explore.automaton import Automaton
from pyspec.explore.checks import Violation
from pyspec.explore.fair import Acceptance, fair_lasso
from pyspec.explore.lasso import true_of_lasso
from pyspec.explore.model import State, Step
from pyspec.explore.normal import TRUTH, cases, is_local, normal, strong
from pyspec.explore.product import Product
from pyspec.explore.result import STUTTER, Cause, Counterexample
from pyspec.explore.valuation import Valuation
from pyspec.language.temporal import Always, And, Eventually, Formula, Not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.explore.model import Model
    from pyspec.explore.space import StateSpace

__all__ = [
    "Graph",
    "Lasso",
    "find_lasso",
    "find_violation",
    "not_put_off",
    "refuse_cuts",
]


class Graph(NamedTuple):
    """States, the numbers of the initial ones, and where edges lead.

    Of several edges from one state to another, one is enough; edges from a
    state to itself need not be there.
    """

    states: Sequence[State]
    initial: Sequence[int]
    targets: Callable[[int], Iterable[int]]


class Lasso(NamedTuple):
    """Numbers of states: a prefix, and a loop that goes on for ever.

    Two equal numbers in a row, or a loop of one, are stuttering.
    """

    prefix: tuple[int, ...]
    loop: tuple[int, ...]


def refuse_cuts(model: Model) -> None:
    """Raise Mistake if temporal properties meet what cuts the state graph."""
    cuts = {
        "CONSTRAINT": bool(model.constraints),
        "ACTION_CONSTRAINT": bool(model.action_constraints),
        "VIEW": model.view is not None,
        "SYMMETRY": model.symmetry is not None,
    }
    used = [name for name, is_used in cuts.items() if is_used]
    if model.temporal and used:
        names = ", ".join(model.temporal)
        raise Mistake(
            f"temporal properties ({names}) cannot be checked with {', '.join(used)}",
            expected="the complete state graph: behaviors that leave it, or states "
            "taken for one, could make a false property look true",
            hint="bound the model in its guards instead, or check safety alone",
        )


def find_violation(
    model: Model, space: StateSpace, look: Callable[[], None]
) -> Violation | None:
    """Return the first temporal property that is violated, with a counterexample.

    `look` is called now and then, and may raise to end the work.
    """
    graph = Graph(space.states, space.initial, space.targets)
    found = first_violated(graph, model.fairness, model.temporal, look)
    if found is None:
        return None
    name, lasso = found
    message = f"temporal property {name} is violated"
    violation = Violation(Cause.PROPERTY, message, name)
    violation.counterexample = _counterexample(space, lasso)
    return violation


def find_lasso(
    graph: Graph,
    fairness: Sequence[Formula],
    formula: Formula,
    look: Callable[[], None] = lambda: None,
) -> Lasso | None:
    """Return a fair behavior of the graph that violates the formula, if any."""
    found = first_violated(graph, fairness, {"": formula}, look)
    return None if found is None else found[1]


def first_violated(
    graph: Graph,
    fairness: Sequence[Formula],
    formulas: Mapping[str, Formula],
    look: Callable[[], None],
) -> tuple[str, Lasso] | None:
    """Return the first formula that a fair behavior violates, and how."""
    sought = {
        name: And((*fairness, Not(formula))) for name, formula in formulas.items()
    }
    forms = {name: normal(formula) for name, formula in sought.items()}
    valuation = Valuation(graph.states, graph.targets, forms.values(), look)
    for name, form in forms.items():
        for case in cases(form):
            lasso = _lasso(graph, valuation, case, look)
            if lasso is not None:
                return name, _confirmed(graph, lasso, sought[name])
    return None


def _lasso(
    graph: Graph,
    valuation: Valuation,
    parts: Iterable[Formula],
    look: Callable[[], None],
) -> Lasso | None:
    """Return a lasso of which all these normal formulas are true."""
    recurring = _Recurring()
    parts = dict.fromkeys(part for part in parts if part != TRUTH)
    left = [part for part in parts if not recurring.takes(part)]
    automaton = Automaton(left, valuation)
    product = Product(valuation, automaton, graph.initial, look)
    found = fair_lasso(product, recurring.acceptance(product, valuation), look)
    if found is None:
        return None
    prefix, loop = found
    return Lasso(tuple(map(product.state, prefix)), tuple(map(product.state, loop)))


class _Recurring:
    """The parts of a conjunction that are conditions on what recurs."""

    def __init__(self) -> None:
        self._often: list[Formula] = []
        self._always: list[Formula] = []
        self._pairs: list[tuple[Formula, Formula]] = []

    def takes(self, part: Formula) -> bool:
        """Take a part, if it is such a condition."""
        pair = strong(part)
        match part:
            case Always(Eventually(body)) if is_local(body):
                self._often.append(body)
            case Eventually(Always(body)) if is_local(body):
                self._always.append(body)
            case _ if pair is not None:
                self._pairs.append(pair)
            case _:
                return False
        return True

    def acceptance(self, product: Product, valuation: Valuation) -> Acceptance:
        """Return the conditions, those of the product's automaton included."""

        def where(formula: Formula) -> frozenset[int]:
            return frozenset(
                number
                for number, (mask, _) in enumerate(product.classes)
                if valuation.value(formula, mask)
            )

        everything = frozenset(range(len(product.classes)))
        return Acceptance(
            often=(*map(where, self._often), *not_put_off(product)),
            never=everything - everything.intersection(*map(where, self._always)),
            pairs=tuple((where(one), where(other)) for one, other in self._pairs),
        )


def not_put_off(product: Product) -> Iterator[frozenset[int]]:
    """Return for each `<>` the classes of the edges that do not put it off."""
    for number in sorted({one for _, put_off in product.classes for one in put_off}):
        yield frozenset(
            place
            for place, (_, put_off) in enumerate(product.classes)
            if number not in put_off
        )


def _confirmed(graph: Graph, lasso: Lasso, formula: Formula) -> Lasso:
    """Return the lasso, without stuttering if it can do without.

    Raises Bug if the formula is not true of it.
    """
    for one in (_brief(lasso), lasso):
        prefix = [graph.states[number] for number in one.prefix]
        loop = [graph.states[number] for number in one.loop]
        if true_of_lasso(formula, prefix, loop):
            return one
    raise Bug("a counterexample to a temporal property is none", found=repr(lasso))


def _brief(lasso: Lasso) -> Lasso:
    """Return the lasso without stuttering, but for a loop that only stutters."""
    loop = _changes(lasso.loop)
    if len(loop) > 1 and loop[0] == loop[-1]:
        loop.pop()
    prefix = _changes(lasso.prefix)
    if prefix and prefix[-1] == loop[0]:
        prefix.pop()
    while prefix and prefix[-1] == loop[-1]:
        loop.insert(0, loop.pop())
        prefix.pop()
    return Lasso(tuple(prefix), tuple(loop))


def _changes(numbers: Iterable[int]) -> list[int]:
    kept: list[int] = []
    for number in numbers:
        if not kept or kept[-1] != number:
            kept.append(number)
    return kept


def _counterexample(space: StateSpace, lasso: Lasso) -> Counterexample:
    stutters = len(set(lasso.loop)) == 1
    back = () if stutters else lasso.loop[:1]
    numbers = (*lasso.prefix, *(lasso.loop[:1] if stutters else lasso.loop), *back)
    pairs = itertools.pairwise(numbers)
    return Counterexample(
        initial=space.states[numbers[0]],
        steps=tuple(_step(space, source, target) for source, target in pairs),
        back_to=None if stutters else len(lasso.prefix) + 1,
        stutters=stutters,
    )


def _step(space: StateSpace, source: int, target: int) -> Step:
    """Return the model's step between two states; STUTTER if there is none."""
    step = space.step(source, target)
    return step or Step(STUTTER, (), space.states[target])
