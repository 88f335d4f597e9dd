"""What is said beside the verdict on a property, against every short behavior.

Since when it is violated, what is waited for, where two behaviors part, what is owed:
all of it speaks of every behavior that matches.  These are written out here, of tiny
graphs and of traces with all kinds of steps, and of what may follow a beginning, too.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pyspec.conformance import properties
from pyspec.conformance.claimed import Claims
from pyspec.conformance.properties import Judge
from pyspec.conformance.telling import Teller
from pyspec.conformance.verdict import Truth
from pyspec.conformance.walk import Plan
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
from pyspec.trace.model import AnyStep, Call, End, Event, Loop, Silent, Skip, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspec.conformance.verdict import Fairness, PropertyVerdict
    from pyspec.trace.model import Step

SEED = 20261121
CASES = 1500
BATCHES = 2
ROUNDS = 4
MOST = 150
PREDICATES = 2
ACTIONS = "ABC"
COMPARED = {
    *("satisfied", "violated", "pending", "since an event", "at no event"),
    *("waits", "waits for ever", "owed by all", "owed by one"),
    *("apart", "apart in a later round", "in between"),
}

State = tuple[int, int]
Letter = frozenset[Any]


class Place(NamedTuple):
    """A state of a behavior: how many events are complete, and whether one just is."""

    state: State
    events: int
    arrived: bool


class Behavior(NamedTuple):
    """Places, and from which one they go on for ever after the last; None: anyhow."""

    places: tuple[Place, ...]
    back: int | None

    @property
    def states(self) -> list[State]:
        return [place.state for place in self.places]

    def true(self, formula: Formula, at: int = 0) -> bool:
        assert self.back is not None
        return values(formula, self.states, self.back)[at]


class TooManyError(Exception):
    """There are more behaviors than are worth writing out."""


# ------------------------------------------------------------ specs and traces


class Graph:
    """States, and steps by the name of the action; the judge asks it as a walk."""

    def __init__(self, dice: random.Random) -> None:
        self.size = dice.choice([2, 3, 3, 4])
        some = range(self.size)

        def pairs(chance: float) -> frozenset[tuple[int, int]]:
            every = itertools.product(some, some)
            return frozenset(pair for pair in every if dice.random() < chance)

        self.steps = {name: pairs(0.4) for name in (*ACTIONS, "Slip")}
        self.steps["Up"] = frozenset((a, b) for a, b in pairs(0.5) if a < b)
        self.initial = dice.sample(some, dice.choice([1, 1, 2]))
        self.seen = {
            name: frozenset(n for n in some if dice.random() < 0.6) | {0}
            for name in ("before", "after")
        }
        self.trace = trace(dice)
        self.states: set[State] = set()

    def start(self) -> bool:
        self.states = {state(n) for n in self.initial}
        return True

    def plan(self, event: Event) -> Plan:
        return Plan(
            lambda here: self.fits(event, "before", here[0]),
            tuple(self.move(step) for step in event.steps),
            lambda here: self.fits(event, "after", here[0]),
        )

    def move(self, step: Any) -> Any:  # noqa: ANN401 - steps, and a function
        return lambda here: map(state, self.taken(step, here[0]))

    def closed(self, states: set[State]) -> set[State]:
        return {state(w[-1]) for s in states for w in self.silently([s[0]], ())}

    def fits(self, event: Event, when: str, number: int) -> bool:
        return when not in (event.source or "") or number in self.seen[when]

    def taken(self, step: Any, number: int) -> list[int]:  # noqa: ANN401
        if isinstance(step, Skip):
            return [number]
        names = [step.action] if isinstance(step, Call) else [*self.steps]
        pairs = {pair for name in names for pair in self.steps[name]}
        moves = isinstance(step, AnyStep)
        return sorted(b for a, b in pairs if a == number and not (moves and a == b))

    # -------------------------------------------------------- every behavior

    def silently(self, way: list[int], used: tuple[str, ...]) -> Iterator[list[int]]:
        """Return each way through silent steps."""
        yield way
        if len(way) > 2 * self.size:
            raise TooManyError
        for silent in self.trace.silent:
            name, most = silent.call.action, silent.maximum
            if most is None or used.count(name) < most:
                for after in self.taken(silent.call, way[-1]):
                    if after != way[-1]:
                        yield from self.silently([*way, after], (*used, name))

    def by(self, place: Place, event: Event) -> Iterator[list[Place]]:
        """Return each way through a gap and the event after it."""
        for gap in self.silently([place.state[0]], ()):
            quiet = [Place(state(n), place.events, arrived=False) for n in gap[1:]]
            if not self.fits(event, "before", gap[-1]):
                continue
            ways = [[gap[-1]]]
            for step in event.steps:
                ways = [[*w, n] for w in ways for n in self.taken(step, w[-1])]
            for way in ways:
                if self.fits(event, "after", way[-1]):
                    inside = [
                        Place(state(n), place.events, arrived=False) for n in way[1:-1]
                    ]
                    last = Place(state(way[-1]), place.events + 1, arrived=True)
                    yield [*quiet, *inside, last]

    def ways(self, way: list[Place], events: Sequence[Event]) -> Iterator[list[Place]]:
        if not events:
            yield way
            return
        for more in self.by(way[-1], events[0]):
            yield from self.ways([*way, *more], events[1:])

    def behaviors(self) -> Iterator[Behavior]:
        end, events = self.trace.end, self.trace.events
        back = len(events)
        if isinstance(end, Loop):
            back = sum(event.number <= end.back_to for event in events)
        for number in self.initial:
            start = [Place(state(number), 0, arrived=True)]
            for way in self.ways(start, events[:back]):
                if isinstance(end, Loop):
                    yield from self.rounds(way, events[back:], [len(way) - 1])
                elif end is End.QUIESCENT:
                    yield from self.resting(way)
                else:
                    yield Behavior(tuple(way), None)

    def resting(self, way: list[Place]) -> Iterator[Behavior]:
        for gap in self.silently([way[-1].state[0]], ()):
            quiet = [Place(state(n), way[-1].events, arrived=False) for n in gap[1:]]
            yield Behavior((*way, *quiet), len(way) + len(quiet) - 1)

    def rounds(
        self, way: list[Place], events: Sequence[Event], turns: list[int]
    ) -> Iterator[Behavior]:
        for longer in self.ways(way, events):
            for turn in turns:
                if longer[turn].state == longer[-1].state:
                    yield Behavior(tuple(longer), turn)
            if len(turns) < ROUNDS:
                yield from self.rounds(longer, events, [*turns, len(longer) - 1])


def state(number: int) -> State:
    """Return a state with two variables."""
    return number, number % 2


def trace(dice: random.Random) -> Trace:
    number, events = 0, []
    for _ in range(dice.choice([0, 1, 2, 2, 3])):
        number += dice.choice([1, 1, 3])
        steps: list[Step] = [*map(Call, ACTIONS), Skip(), AnyStep()]
        some = tuple(dice.choice(steps) for _ in range(dice.choice([1, 1, 1, 2, 3])))
        source = dice.choice(["", "", "", "before", "after", "before after"])
        events.append(Event(number, some, source=source))
    silent = [
        Silent(Call("Up"), dice.choice([None, None, 1, 2])),
        Silent(Call("Slip"), dice.choice([0, 1, 1, 2])),
    ]
    ends: list[End | Loop] = [End.QUIESCENT, End.CUT, End.CRASHED]
    if events:
        loops = [Loop(n) for n in (0, *(event.number for event in events[:-1]))]
        ends += [dice.choice(loops) for _ in range(3)]
    some_silent = tuple(dice.sample(silent, dice.choice([0, 0, 1, 1, 2])))
    return Trace("Tiny", tuple(events), silent=some_silent, end=dice.choice(ends))


# ------------------------------------------------------------ formulas


@dataclass(frozen=True)
class Among:
    """Whether a state, or a step that changes it, is one of some."""

    name: str
    some: frozenset[Any]
    still: bool = False

    def __call__(self, here: State, after: State | None = None) -> bool:
        if after is None:
            return here[0] in self.some
        return self.still if here == after else (here[0], after[0]) in self.some


class Maker:
    """Makes formulas over the states of a graph."""

    def __init__(self, dice: random.Random, graph: Graph) -> None:
        self.dice, self.graph = dice, graph
        self.names = map(str, itertools.count())

    def of_state(self) -> Formula:
        some = range(self.graph.size)
        numbers = frozenset(n for n in some if self.dice.random() < 0.5)
        return StatePredicate(Among(next(self.names), numbers))

    def of_steps(self) -> Formula:
        every = itertools.product(range(self.graph.size), repeat=2)
        pairs = frozenset(pair for pair in every if self.dice.random() < 0.6)
        box = self.dice.random() < 0.5
        held = ActionPredicate(Among(next(self.names), pairs, still=box))
        return Always(held) if box else Eventually(held)

    def formula(self, depth: int) -> Formula:
        if not depth:
            return self.dice.choice([self.of_state, self.of_steps])()
        one, other = self.formula(depth - 1), self.formula(depth - 1)
        kinds: list[Formula] = [
            *(Always(one), Eventually(one), Not(one), Always(Eventually(one))),
            *(And((one, other)), Or((one, other)), Implies(one, other)),
            *(Equivalent(one, other), LeadsTo(one, other), Eventually(Always(one))),
            *(one, And(()), Or(())),
        ]
        return self.dice.choice(kinds)

    def promise(self) -> Formula:
        """Return a formula that often waits for something."""
        parts: list[Formula] = [
            LeadsTo(self.of_state(), self.of_state()),
            Always(Eventually(self.of_state())),
            Eventually(Always(self.of_state())),
            Always(self.of_state()),
            Eventually(self.of_state()),
        ]
        return And(tuple(self.dice.sample(parts, self.dice.choice([1, 2]))))

    def fairness(self) -> tuple[Formula, ...]:
        kinds = [self.leaf] * 5 + [lambda: Always(self.of_state())]
        kinds += [lambda: Or((self.leaf(), self.leaf()))]
        many = self.dice.choice([0, 0, 1, 2, 3, 4])
        return tuple(self.dice.choice(kinds)() for _ in range(many))

    def leaf(self) -> Formula:
        name = self.dice.choice(ACTIONS)
        pairs = frozenset((a, b) for a, b in self.graph.steps[name] if a != b)
        enabled = Among(next(self.names), frozenset(a for a, _ in pairs))
        taken = Among(next(self.names), pairs)
        if self.dice.random() < 0.5:
            return WeakFairness(enabled, taken)
        return StrongFairness(enabled, taken)


# ------------------------------------------------------------ what is true


def values(  # noqa: C901 - one table of what a formula may be
    formula: Formula, states: Sequence[Any], back: int
) -> list[bool]:
    """Return the values from each state on; `back` follows the last one.

    A state may also be the set of predicates that are true there.
    """
    nexts = [*range(1, len(states)), back]

    def of(part: Formula) -> list[bool]:
        return values(part, states, back)

    def onward(found: list[bool], *, always: bool) -> list[bool]:
        found = [*found]
        for place in [*reversed(range(len(states)))] * 2:
            ahead = found[nexts[place]]
            both = found[place] and ahead
            found[place] = both if always else found[place] or ahead
        return found

    match formula:
        case StatePredicate() | ActionPredicate():
            pairs = [(here, states[n]) for here, n in zip(states, nexts, strict=True)]
            return [formula in letter(formula, *pair) for pair in pairs]
        case Not(body):
            return [not value for value in of(body)]
        case And(parts) | Or(parts):
            rows = [of(part) for part in parts]
            which = all if isinstance(formula, And) else any
            return [which(row[n] for row in rows) for n in range(len(states))]
        case Implies(one, other):
            return of(Or((Not(one), other)))
        case Equivalent(one, other):
            return [a == b for a, b in zip(of(one), of(other), strict=True)]
        case Always(body) | Eventually(body):
            return onward(of(body), always=isinstance(formula, Always))
        case LeadsTo(one, other):
            return of(Always(Implies(one, Eventually(other))))
    loop = [(states[n], states[nexts[n]]) for n in range(back, len(states))]
    return [is_fair(formula, loop)] * len(states)


def is_fair(leaf: Formula, loop: list[tuple[State, State]]) -> bool:
    """Whether the steps that recur are fair."""
    assert isinstance(leaf, WeakFairness | StrongFairness)
    able = [leaf.enabled(here) for here, _ in loop]
    idle = not (all(able) if isinstance(leaf, WeakFairness) else any(able))
    return idle or any(leaf.taken(*pair) for pair in loop)


def predicates(formula: Any) -> set[Any]:  # noqa: ANN401 - or a tuple of formulas
    if isinstance(formula, StatePredicate | ActionPredicate):
        return {formula}
    inside = formula if isinstance(formula, tuple) else inside_of(formula)
    return set().union(*map(predicates, inside))


def inside_of(formula: Formula) -> list[Any]:
    """Return the formulas, or tuples of them, that one is made of."""
    return [getattr(formula, name) for name in formula.__slots__]


def letter(formula: Formula, here: Any, after: Any) -> Letter:  # noqa: ANN401
    """Return which predicates are true of a step."""
    if isinstance(here, frozenset):
        return here
    return frozenset(
        each
        for each in predicates(formula)
        if each.holds(here, *([after] if isinstance(each, ActionPredicate) else []))
    )


class Words:
    """All that could follow the beginnings of behaviors, up to some length."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        known = sorted(predicates(formula), key=lambda each: each.holds.name)
        sizes = range(len(known) + 1)
        some = (itertools.combinations(known, size) for size in sizes)
        self.letters = [*map(frozenset, itertools.chain(*some))]
        self.states = {each for each in known if isinstance(each, StatePredicate)}
        self._lost: dict[tuple[State, ...], bool] = {}

    def after(self, states: Sequence[State]) -> Iterator[tuple[list[Letter], int]]:
        pairs = itertools.pairwise(states)
        begun = [letter(self.formula, here, after) for here, after in pairs]
        last = letter(self.formula, states[-1], states[-1])
        for first in self.letters:
            if first & self.states != last & self.states:
                continue
            for more in (0, 1, 2):
                for rest in itertools.product(self.letters, repeat=more):
                    word = [*begun, first, *rest]
                    for back in range(len(begun), len(word)):
                        yield word, back

    def can_be(self, states: Sequence[State]) -> set[bool]:
        found: set[bool] = set()
        for word in self.after(states):
            found.add(values(self.formula, *word)[0])
            if len(found) > 1:
                break
        return found

    def is_lost(self, states: Sequence[State]) -> bool:
        key = tuple(states)
        if key not in self._lost:
            self._lost[key] = True not in self.can_be(states)
        return self._lost[key]

    def asks(self, states: Sequence[State], for_: Formula) -> bool:
        """Whether all that makes the formula true makes another true from here on."""
        return all(
            values(for_, *word)[len(states) - 1]
            for word in self.after(states)
            if values(self.formula, *word)[0]
        )


# ------------------------------------------------------------ comparing


class Told(Teller):
    """Tells a formula by a number."""

    formulas: dict[str, Formula] = {}  # noqa: RUF012 - emptied for each case

    def waits(self, formula: Formula) -> str:
        self.formulas[f"{len(self.formulas)}"] = formula
        return f"{len(self.formulas) - 1}"

    def owed(self, leaf: Formula) -> tuple[Call | None, str]:
        return None, repr(told_by(leaf))


def told_by(leaf: Formula) -> object:
    """Return what tells a leaf, which the judge may have asked in another way."""
    return leaf.taken if isinstance(leaf, WeakFairness | StrongFairness) else leaf


class Facts:
    """Of the spec's facts only these are asked for."""

    variables = ("n", "m")
    sources: dict[str, str] = {}  # noqa: RUF012 - never written to


class Case:
    """One trace, with fairness and a property."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - to be repeated
        self.graph = Graph(dice)
        self.trace = self.graph.trace
        self.maker = Maker(dice, self.graph)
        self.dice = dice

    def check(self) -> Iterator[str]:
        """Compare; yield what was found, to be counted."""
        try:
            every = [*itertools.islice(self.graph.behaviors(), MOST + 1)]
        except TooManyError:
            return
        if not every or len(every) > MOST:
            return
        promise = self.dice.random() < 0.5
        depth = self.dice.choice([1, 2, 3])
        formula = self.maker.promise() if promise else self.maker.formula(depth)
        leaves = self.maker.fairness()
        infinite = every[0].back is not None
        fairness, found = self.judged(leaves, formula)
        fair = every
        if infinite and leaves:
            yield from self.check_fairness(fairness, leaves, every)
            fair = [b for b in every if all(map(b.true, leaves))] or every
        if len(predicates(formula)) > PREDICATES:
            return
        words = Words(formula)
        yield self.check_truth(found, fair, words)
        if found.since is not None or found.truth is Truth.VIOLATED:
            yield self.check_since(found, every, words)
        if found.obligations:
            yield self.check_waiting(found, fair, words)
        if found.possible:
            yield self.check_witnesses(found, fair, words)

    def judged(
        self, leaves: tuple[Formula, ...], formula: Formula
    ) -> tuple[Fairness | None, PropertyVerdict]:
        Told.formulas.clear()
        claims = Claims(leaves, {"P": formula}, frozenset({"P"}))
        facts: Any = Facts()
        walk: Any = self.graph
        judge = Judge(self.trace, claims, facts, lambda: None)
        fairness, (found,) = judge.judged(walk, ())
        return fairness, found

    def check_fairness(
        self, told: Fairness | None, leaves: tuple[Formula, ...], every: list[Behavior]
    ) -> Iterator[str]:
        assert told is not None
        owing = [frozenset(f for f in leaves if not b.true(f)) for b in every]
        assert told.fair == (frozenset() in owing)
        if told.fair:
            return
        texts = [Counter(repr(told_by(f)) for f in owed) for owed in owing]
        names = Counter(each.text for each in told.owed)
        always = frozenset.intersection(*owing)
        assert told.everywhere == bool(always)
        if always:
            assert names == Counter(repr(told_by(f)) for f in always)
            yield "owed by all"
        else:
            assert names in texts
            assert not any(less < names for less in texts)
            yield "owed by one"

    def check_truth(
        self, found: PropertyVerdict, fair: list[Behavior], words: Words
    ) -> str:
        each = [self.truths(behavior, words) for behavior in fair]
        possible = {False} in each and any(True in one for one in each)
        truth = Truth.PENDING
        if all(one == {True} for one in each):
            truth = Truth.SATISFIED
        elif all(one == {False} for one in each):
            truth = Truth.VIOLATED
        assert (found.truth, found.possible) == (truth, possible)
        return truth.value

    def truths(self, behavior: Behavior, words: Words) -> set[bool]:
        if behavior.back is None:
            return words.can_be(behavior.states)
        return {behavior.true(words.formula)}

    def check_since(
        self, found: PropertyVerdict, every: list[Behavior], words: Words
    ) -> str:
        """It is the first event after which each behavior is lost."""
        since: list[int] = []
        for behavior in every:
            for n, place in enumerate(behavior.places):
                if words.is_lost(behavior.states[: n + 1]):
                    since.append(place.events + (not place.arrived))
                    break
            else:
                since.append(len(self.trace.events) + 1)
        last = max(since)
        assert found.since == (None if last > len(self.trace.events) else last)
        return "at no event" if found.since is None else "since an event"

    def check_waiting(
        self, found: PropertyVerdict, fair: list[Behavior], words: Words
    ) -> str:
        """Each behavior asks for it, and never gets it if it is infinite."""
        numbers = [0, *(event.number for event in self.trace.events)]
        for text in found.obligations:
            parts = re.fullmatch(r"(\d+)(?: since event (\d+))?", text)
            assert parts
            wanted = Told.formulas[parts[1]]
            since = numbers.index(int(parts[2])) if parts[2] else None
            for behavior in fair:
                self.check_asked(behavior, words, wanted, since)
        return "waits for ever" if found.truth is Truth.VIOLATED else "waits"

    def check_asked(
        self, behavior: Behavior, words: Words, wanted: Formula, since: int | None
    ) -> None:
        if behavior.back is not None:
            assert not behavior.true(wanted, behavior.back)
        for n, place in enumerate(behavior.places):
            last = n + 1 == len(behavior.places)
            if last or (since is not None and place.events >= since):
                assert words.asks(behavior.states[: n + 1], wanted)

    def check_witnesses(
        self, found: PropertyVerdict, fair: list[Behavior], words: Words
    ) -> str:
        """Some behaviors of each kind are where it is said."""
        if len(found.witnesses) == 1:
            return "in between"
        numbers = [0, *(event.number for event in self.trace.events)]
        rounds = 1
        for told, wanted in zip(found.witnesses, (False, True), strict=True):
            parts = re.fullmatch(
                r"(not )?violated if (?:at first|after event (\d+))(?: in round (\d+))?"
                r" n = (\d)(?: /\\ m = \d)?",
                told,
            )
            assert parts, told
            assert bool(parts[1]) == wanted
            rounds = int(parts[3] or 1)
            where = numbers.index(int(parts[2])) if parts[2] else 0
            there = {
                self.at(behavior, where, rounds)
                for behavior in fair
                if (self.truths(behavior, words) == {False}) != wanted
            }
            # A loop of so many rounds may not have been written out.
            assert int(parts[4]) in there or rounds > 2
        return "apart in a later round" if rounds > 1 else "apart"

    def at(self, behavior: Behavior, events: int, rounds: int) -> int | None:
        """Return the state after an event, in some round."""
        places = [*behavior.places]
        last = len(self.trace.events)
        if behavior.back is not None and isinstance(self.trace.end, Loop):
            length = last - sum(
                event.number <= self.trace.end.back_to for event in self.trace.events
            )
            events += (rounds - 1) * length
            places += places[behavior.back + 1 :] * events
        arrived = [place.state[0] for place in places if place.arrived]
        return arrived[events] if events < len(arrived) else None


@pytest.fixture(autouse=True)
def _told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(properties, "Teller", Told)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_is_told_holds_for_every_matching_behavior(batch: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(batch * CASES // BATCHES, (batch + 1) * CASES // BATCHES):
        try:
            counts.update(Case(SEED + seed).check())
        except AssertionError as error:
            error.add_note(f"seed {SEED + seed}")
            raise
    assert counts.keys() >= COMPARED


def climbing(formula: Formula, end: End | Loop = Loop(0)) -> PropertyVerdict:  # noqa: B008 - it is frozen
    """Judge an event that leads from 0 to 1, then to 2, where it stays; 3 is an end."""
    case = Case(SEED)
    case.graph.initial = [0]
    case.graph.steps = {"A": frozenset({(0, 1), (1, 2), (2, 2), (1, 3)})}
    case.trace = Trace("Tiny", (Event(1, (Call("A"),)),), end=end)
    case.graph.trace = case.trace
    return case.judged((), formula)[1]


def test_what_is_violated_in_a_later_round_is_by_no_event() -> None:
    two = StatePredicate(Among("two", frozenset({2})))
    found = climbing(Always(Not(two)))
    assert (found.truth, found.since) == (Truth.VIOLATED, None)


def test_what_is_waited_for_from_a_later_round_on_is_told_without_an_event() -> None:
    two = StatePredicate(Among("two", frozenset({2})))
    zero = StatePredicate(Among("zero", frozenset({0})))
    found = climbing(LeadsTo(two, zero))
    assert (found.truth, found.obligations) == (Truth.VIOLATED, ("0",))


def test_states_from_which_a_loop_cannot_go_on_are_not_asked() -> None:
    def holds(here: State) -> bool:
        assert here[0] != 3
        return True

    found = climbing(Always(Eventually(StatePredicate(holds))))
    assert found.truth is Truth.SATISFIED


def test_what_would_take_too_long_to_find_out_is_pending() -> None:
    some = [StatePredicate(Among(f"{n}", frozenset({0}))) for n in range(12)]
    often = (Always(Eventually(f)) for one in some for f in (one, Not(one)))
    formula = And(tuple(often))
    assert climbing(formula, End.CUT).truth is Truth.PENDING
