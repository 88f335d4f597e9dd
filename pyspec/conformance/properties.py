"""Fairness and properties, judged on the behaviors that match a trace.

A trace that ends in a loop, or in rest, stands for whole behaviors: those that
are fair count, if there are any.  One that was cut off stands for beginnings.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from pyspec.conformance.beginnings import Beginnings
from pyspec.conformance.behaviors import Kind, Matching, Node, back_to, matching
from pyspec.conformance.telling import Teller
from pyspec.conformance.verdict import Fairness, Owed, PropertyVerdict, Truth
from pyspec.errors import Bug
from pyspec.explore.lasso import true_of_lasso
from pyspec.explore.liveness import Graph, Lasso, find_lasso
from pyspec.explore.normal import is_tail, normal
from pyspec.language.excerpts import short
from pyspec.language.temporal import (
    Always,
    Eventually,
    Formula,
    Not,
    StatePredicate,
    StrongFairness,
    WeakFairness,
)
from pyspec.trace.model import End

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspec.conformance.behaviors import Key
    from pyspec.conformance.claimed import Claims
    from pyspec.conformance.prefixes import Beginning
    from pyspec.conformance.walk import Walk
    from pyspec.language import Facts
    from pyspec.language.state import State
    from pyspec.trace.model import Trace

__all__ = ["Judge"]


class Judge:
    """Judges one trace that conforms.

    Raises Stopped at a limit, EvaluationError where a property has no value, and
    Undecided for a formula that is too large.
    """

    def __init__(
        self,
        trace: Trace,
        claims: Claims,
        facts: Facts,
        look: Callable[[], None],
    ) -> None:
        self._trace = trace
        self._claims = claims
        self._facts = facts
        self._look = look
        self._teller = Teller(facts)

    def judged(
        self, walk: Walk, ends: Iterable[State]
    ) -> tuple[Fairness | None, tuple[PropertyVerdict, ...]]:
        """Return what is owed, and the verdict on each property.

        `walk` is one through the trace that has not begun, `ends` are all states
        after the last event.  No fairness is judged of a trace that was cut off, or
        if the spec demands none.
        """
        claims, cut = self._claims, self._trace.end in {End.CUT, End.CRASHED}
        if not claims.properties and (cut or not claims.fairness):
            return None, ()
        late = self._trace.end is End.QUIESCENT and all(map(_is_late, claims.fairness))
        if not claims.properties and late:
            return self._owed_at(walk.closed(set(ends)))[0], ()
        walk.start()
        starts = sorted(walk.states, key=repr)
        found = matching(walk, starts, self._trace, self._look)
        if cut:
            return None, tuple(self._cut(found, name) for name in claims.properties)
        if late:
            return self._at_rest(found)
        return self._whole(found, [_where_it_counts(f, found) for f in claims.fairness])

    # ------------------------------------------------------------ whole behaviors

    def _at_rest(
        self, found: Matching
    ) -> tuple[Fairness | None, tuple[PropertyVerdict, ...]]:
        """Judge behaviors that end in rest, where fairness is a matter of one state."""
        ends = {number: found.nodes[number].key.state for number in found.ends()}
        fairness, fair = self._owed_at(dict.fromkeys(ends.values()))
        if fair:
            found = found.only(number for number in ends if ends[number] in fair)
        return fairness, self._whole(found, [])[1]

    def _owed_at(self, states: Iterable[State]) -> tuple[Fairness | None, set[State]]:
        """Return what is owed if one of these lasts for ever, and where nothing is."""
        leaves = self._claims.fairness
        if not leaves:
            return None, set()
        owing: dict[State, list[Formula]] = {}
        for state in states:
            self._look()
            owing[state] = [f for f in leaves if not true_of_lasso(f, (), (state,))]
        fair = {state for state, owed in owing.items() if not owed}
        if fair:
            return Fairness(), fair
        always = [f for f in leaves if all(f in owed for owed in owing.values())]
        least = min(
            owing.values(), key=lambda owed: (len(owed), *map(leaves.index, owed))
        )
        return self._unfair(always or least, everywhere=bool(always)), set()

    def _unfair(self, leaves: Iterable[Formula], *, everywhere: bool) -> Fairness:
        told = map(self._teller.owed, leaves)
        return Fairness(tuple(itertools.starmap(Owed, told)), everywhere=everywhere)

    def _whole(
        self, found: Matching, leaves: list[Formula]
    ) -> tuple[Fairness | None, tuple[PropertyVerdict, ...]]:
        """Judge infinite behaviors, under conjuncts of the fairness."""
        behaviors = _Behaviors(found, self._look)
        fairness = None
        if leaves:
            fairness = self._fairness(behaviors, leaves)
            leaves = leaves if fairness.fair else []
        return fairness, tuple(
            self._lasting(behaviors, leaves, name) for name in self._claims.properties
        )

    def _fairness(self, behaviors: _Behaviors, leaves: list[Formula]) -> Fairness:
        way = _only_way(behaviors.found)
        if way is not None:
            missed = [leaf for leaf in leaves if not _is_met(leaf, *way, self._look)]
            return self._unfair(missed, everywhere=True) if missed else Fairness()
        if behaviors.satisfying(leaves) is not None:
            return Fairness()
        always = [leaf for leaf in leaves if behaviors.satisfying([leaf]) is None]
        if always:
            return self._unfair(always, everywhere=True)
        kept: list[Formula] = []
        owed: list[Formula] = []
        for leaf in leaves:
            both = behaviors.satisfying([*kept, leaf]) is not None
            (kept if both else owed).append(leaf)
        return self._unfair(owed, everywhere=False)

    def _lasting(
        self, behaviors: _Behaviors, fairness: list[Formula], name: str
    ) -> PropertyVerdict:
        """Judge a property of infinite behaviors."""
        formula = self._claims.properties[name]
        good = behaviors.satisfying([*fairness, formula])
        bad = behaviors.satisfying([*fairness, Not(formula)])
        if bad is None:
            if good is None:
                raise Bug(f"no behavior at all, neither with {name} nor without it")
            return PropertyVerdict(name, Truth.SATISFIED)
        if good is not None:
            told = self._apart(behaviors.found, bad, good)
            return PropertyVerdict(name, Truth.PENDING, witnesses=told, possible=True)
        return self._violated(behaviors, fairness, name)

    def _violated(
        self, behaviors: _Behaviors, fairness: list[Formula], name: str
    ) -> PropertyVerdict:
        """Say since when a property is violated, or what is waited for in vain."""
        every = behaviors.beginnings(self._claims.properties[name])
        lasts = every.recurring()
        if all(map(every.is_lost, lasts)):
            since = every.since(lasts, every.is_lost)
            return PropertyVerdict(name, Truth.VIOLATED, since=since)

        def comes(sought: Formula) -> bool:
            often = Always(sought)
            return behaviors.satisfying([*fairness, often]) is not None

        told = self._open(every, lasts, comes)
        return PropertyVerdict(name, Truth.VIOLATED, told)

    # ------------------------------------------------------------ beginnings

    def _cut(self, found: Matching, name: str) -> PropertyVerdict:
        """Judge a property by what was recorded before the cut."""
        formula = self._claims.properties[name]
        every = Beginnings(found, formula, self._look)
        lasts: dict[Truth, list[Beginning]] = {truth: [] for truth in Truth}
        for last in every.at(found.ends()):
            lasts[self._truth(every, last, name)].append(last)
        bad, open_ = lasts[Truth.VIOLATED], lasts[Truth.PENDING]
        others = [*open_, *lasts[Truth.SATISFIED]]
        if bad and others:
            ways = (Lasso(every.way_to(last), ()) for last in (bad[0], others[0]))
            told = self._apart(found, *ways)
            return PropertyVerdict(name, Truth.PENDING, witnesses=told, possible=True)
        if bad:
            since = every.since(bad, every.is_lost)
            return PropertyVerdict(name, Truth.VIOLATED, since=since)
        if not open_:
            return PropertyVerdict(name, Truth.SATISFIED)
        told = () if lasts[Truth.SATISFIED] else self._open(every, open_)
        return PropertyVerdict(name, Truth.PENDING, told)

    def _truth(self, every: Beginnings, last: Beginning, name: str) -> Truth:
        """Return what a beginning says.

        A property that holds step by step is satisfied if it was so far: nobody
        asks of a recording what comes after it.
        """
        true, false = every.prefixes.can_be(last)
        if not true:
            return Truth.VIOLATED
        if not false or name not in self._claims.lasting:
            return Truth.SATISFIED
        return Truth.PENDING

    def _open(
        self,
        every: Beginnings,
        lasts: Sequence[Beginning],
        comes: Callable[[Formula], bool] = lambda _: False,
    ) -> tuple[str, ...]:
        """Return what all these still wait for, and since when all of them do.

        `comes` says of what is waited for whether it comes nevertheless.
        """
        asks = every.prefixes.open
        first, *others = map(asks, lasts)
        texts = []
        for formula in itertools.filterfalse(comes, first.intersection(*others)):
            text = self._teller.waits(formula)
            place = every.since(lasts, lambda here, what=formula: what in asks(here))  # type: ignore[misc]
            number = self._trace.events[place - 1].number if place else None
            texts.append(text if number is None else f"{text} since event {number}")
        return tuple(sorted(texts))

    # ------------------------------------------------------------ one of each

    def _apart(self, found: Matching, bad: Lasso, good: Lasso) -> tuple[str, ...]:
        """Tell a behavior that violates from one that does not, where they part."""
        most = sum(map(len, (*bad, *good)))
        both = zip(_arrivals(found, bad), _arrivals(found, good), strict=True)
        turns = 0
        for here, there in itertools.islice(both, most):
            if here.state != there.state:
                return self._difference(here, there, turns)
            turns += here.kind is Kind.TURN
        return ("after each event both are in the same state",)

    def _difference(self, bad: Key, good: Key, turns: int) -> tuple[str, ...]:
        when = "at first"
        if bad.place:
            when = f"after event {self._trace.events[bad.place - 1].number}"
        if turns:
            when += f" in round {turns + 1}"
        values = zip(self._facts.variables, bad.state, good.state, strict=True)
        differing = [each for each in values if each[1] != each[2]]
        return tuple(
            f"{what} if {when} "
            + " /\\ ".join(f"{each[0]} = {short(each[which])}" for each in differing)
            for which, what in enumerate(("violated", "not violated"), 1)
        )


class _Behaviors:
    """Infinite behaviors that match a trace: in rest at last, or round for ever."""

    def __init__(self, found: Matching, look: Callable[[], None]) -> None:
        self.found = found
        self._look = look
        targets = found.targets
        self._graph = Graph(found.nodes, found.initial, targets.__getitem__)
        at = StatePredicate(_turns if found.loops else _rests)
        self._must: tuple[Formula, ...] = (Eventually(Always(at)),)
        if found.loops:
            self._must = Always(Eventually(at)), Always(Eventually(Not(at)))

    def satisfying(self, formulas: Sequence[Formula]) -> Lasso | None:
        """Return a behavior of which all these are true."""
        *rest, last = formulas
        conditions = [*self._must, *rest]
        return find_lasso(self._graph, conditions, Not(last), self._look)

    def beginnings(self, formula: Formula) -> Beginnings:
        """Return the beginnings of these behaviors."""
        return Beginnings(self.found, formula, self._look)


def _turns(state: State) -> bool:
    return isinstance(state, Node) and state.key.kind is Kind.TURN


def _rests(state: State) -> bool:
    return isinstance(state, Node) and state.key.kind is Kind.REST


def _is_late(leaf: Formula) -> bool:
    """Whether only what recurs for ever decides it."""
    return is_tail(normal(leaf))


def _where_it_counts(leaf: Formula, found: Matching) -> Formula:
    """Return fairness that asks what is enabled only where it recurs for ever."""
    if not isinstance(leaf, WeakFairness | StrongFairness):
        return leaf
    enabled = leaf.enabled
    start = back_to(found.trace) if found.loops else len(found.trace.events) + 1

    def counts(state: State) -> bool:
        assert isinstance(state, Node)  # noqa: S101 - it is one of `found`
        recurs = state.key.kind is Kind.REST or state.key.place >= start
        return recurs and enabled(state)

    return replace(leaf, enabled=counts)


def _only_way(found: Matching) -> tuple[list[Node], list[Node]] | None:
    """Return what comes before the loop and the loop, if one behavior goes round."""
    if not found.loops or len(found.initial) != 1:
        return None
    here, places = found.initial[0], dict[int, int]()
    while here not in places:
        places[here] = len(places)
        onwards = {target for target in found.targets[here] if target != here}
        if len(onwards) != 1:
            return None
        (here,) = onwards
    nodes = [found.nodes[number] for number in places]
    return nodes[: places[here]], nodes[places[here] :]


def _is_met(
    leaf: Formula, prefix: list[Node], loop: list[Node], look: Callable[[], None]
) -> bool:
    """Whether a condition of fairness is true; asks no more states than it must."""
    look()
    steps = itertools.pairwise([*loop, loop[0]])
    match leaf:
        case WeakFairness(enabled, taken):
            return any(
                not enabled(state) or taken(state, after) for state, after in steps
            )
        case StrongFairness(enabled, taken):
            able = [(state, after) for state, after in steps if enabled(state)]
            return not able or any(taken(state, after) for state, after in able)
        case _:
            return true_of_lasso(leaf, prefix, loop)


def _arrivals(found: Matching, way: Lasso) -> Iterator[Key]:
    """Return where a behavior is at first and after each event, again and again.

    After a loop's last event this is told twice.
    """
    again = itertools.cycle(way.loop) if found.loops else ()
    keys = (found.nodes[number].key for number in itertools.chain(way.prefix, again))
    for _, there in itertools.groupby(keys, lambda key: key.place):
        yield next(there)
