"""All behaviors that match a trace, as one graph.

A set of states for each event is enough to decide whether a trace conforms.
Properties speak of whole behaviors: how one came to a state, and how it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.explore.limits import Stopped
from pyspec.explore.result import Cause
from pyspec.trace.model import End, Event, Loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspec.conformance.walk import Plan, Walk
    from pyspec.language.state import State
    from pyspec.trace.model import Trace

__all__ = [
    "Kind",
    "Matching",
    "Node",
    "back_to",
    "first_unrepeatable",
    "matching",
    "settled",
]


_MOST_NODES: Final = 200_000
_MOST_TRIED: Final = 50_000
"""States after events of a loop, over all rounds."""
_FIRST: Final = 2
_FEWEST_ROUNDS: Final = 10


class Kind(Enum):
    """Where in a trace a node is.

    GAP: between two events.  INSIDE: between two steps of one event.  TURN: after
    the last event, before a loop's first.  REST: nothing happens any more.
    """

    GAP = "gap"
    INSIDE = "inside"
    TURN = "turn"
    REST = "rest"


class Node(tuple[Any, ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """A state of a matching behavior; also where it is: see `Key`.

    It is the state for all who ask, so that predicates of states take it.
    """

    key: Key

    @classmethod
    def of(cls, key: Key) -> Node:
        """Return a node."""
        made = cls(key.state)
        made.key = key
        return made


class Key(NamedTuple):
    """What tells nodes apart.

    - place: how many events are complete
    - part: how many steps of the next one
    - counts: of each kind of silent step, how many were taken in this gap (0 where
      any number may be)
    """

    kind: Kind
    place: int
    part: int
    counts: tuple[int, ...]
    state: State


@dataclass(slots=True)
class Matching:
    """Nodes, where they lead, and which are initial.

    Every node is on a behavior that matches the whole trace.
    """

    nodes: list[Node]
    targets: list[list[int]]
    initial: list[int]
    trace: Trace = field(repr=False)

    @property
    def loops(self) -> bool:
        """Whether events repeat for ever."""
        return isinstance(self.trace.end, Loop)

    def ends(self) -> list[int]:
        """Return the nodes at which every event was matched: see `_is_end`."""
        return [
            number
            for number, node in enumerate(self.nodes)
            if _is_end(self.trace, node.key)
        ]

    def only(self, ends: Iterable[int]) -> Matching:
        """Return the behaviors that come to one of these nodes."""
        before: list[list[int]] = [[] for _ in self.nodes]
        for source, targets in enumerate(self.targets):
            for target in targets:
                before[target].append(source)
        kept = _reached(ends, before)
        order = [number for number in range(len(self.nodes)) if number in kept]
        new = {old: number for number, old in enumerate(order)}
        return Matching(
            [self.nodes[old] for old in order],
            [[new[t] for t in self.targets[old] if t in new] for old in order],
            [new[old] for old in self.initial if old in new],
            self.trace,
        )


def matching(
    walk: Walk, starts: Iterable[State], trace: Trace, look: Callable[[], None]
) -> Matching:
    """Return the behaviors that begin with some state and match a trace.

    `starts` have what INIT observes.  Raises Stopped at a limit.
    """
    found = _Builder(walk, trace, look).built(starts)
    if not found.loops:
        return found.only(found.ends())
    return _repeated(found)


def _is_end(trace: Trace, key: Key) -> bool:
    """Whether a behavior may end here, or turn back, or go on as it likes."""
    if isinstance(trace.end, Loop):
        return key.kind is Kind.TURN
    if trace.end is End.QUIESCENT:
        return key.kind is Kind.REST
    return key.place == len(trace.events) and key.kind is Kind.GAP


def back_to(trace: Trace) -> int:
    """Return how many events stand before the loop's first."""
    assert isinstance(trace.end, Loop)  # noqa: S101 - the callers looked
    last = trace.end.back_to
    return sum(event.number <= last for event in trace.events)


def settled(trace: Trace) -> Trace:
    """Return the trace; a loop without events is rest."""
    if isinstance(trace.end, Loop) and back_to(trace) == len(trace.events):
        return replace(trace, end=End.QUIESCENT)
    return trace


def _reached(starts: Iterable[int], edges: list[list[int]]) -> set[int]:
    found = set(starts)
    todo = list(found)
    while todo:
        new = [each for each in edges[todo.pop()] if each not in found]
        found.update(new)
        todo += new
    return found


def _repeated(found: Matching) -> Matching:
    """Keep what can turn for ever: take out turns after which there is no other."""
    turns = found.ends()
    while True:
        found = found.only(turns)
        turns = [number for number in found.ends() if found.targets[number]]
        if len(turns) == len(found.ends()):
            return found


class _Builder:
    def __init__(self, walk: Walk, trace: Trace, look: Callable[[], None]) -> None:
        self._trace = trace
        self._look = look
        self._last = len(trace.events)
        self._loops = isinstance(trace.end, Loop)
        self._plans = [walk.plan(event) for event in trace.events]
        self._silent = [
            (walk.plan(Event(0, (each.call,))), each.maximum) for each in trace.silent
        ]
        self._none = (0,) * len(self._silent)
        self._numbers: dict[Key, int] = {}
        self._nodes: list[Node] = []

    def built(self, starts: Iterable[State]) -> Matching:
        initial = [self._number(self._arrived(0, s)) for s in dict.fromkeys(starts)]
        targets: list[list[int]] = []
        while len(targets) < len(self._nodes):
            key = self._nodes[len(targets)].key
            after = dict.fromkeys(map(self._number, self._after(key)))
            targets.append(list(after))
            self._look()
        return Matching(self._nodes, targets, initial, self._trace)

    def _number(self, key: Key) -> int:
        number = self._numbers.setdefault(key, len(self._nodes))
        if number == len(self._nodes):
            if number >= _MOST_NODES:
                message = f"matching behaviors have more than {_MOST_NODES:,} states"
                raise Stopped(Cause.STATES, message)
            self._nodes.append(Node.of(key))
        return number

    def _arrived(self, place: int, state: State) -> Key:
        """Return the node after so many events."""
        if self._loops and place == self._last:
            return Key(Kind.TURN, place, 0, self._none, state)
        return Key(Kind.GAP, place, 0, self._none, state)

    def _after(self, key: Key) -> Iterator[Key]:
        match key.kind:
            case Kind.TURN:
                place = back_to(self._trace)
                yield Key(Kind.GAP, place, 0, self._none, key.state)
            case Kind.INSIDE:
                yield from self._on(self._plans[key.place], key)
            case Kind.GAP if key.place < self._last:
                yield from self._quietly(key)
                plan = self._plans[key.place]
                if plan.before(key.state):
                    yield from self._on(plan, key)
            case Kind.GAP if self._trace.end is End.QUIESCENT:
                yield from self._quietly(key)
                yield Key(Kind.REST, key.place, 0, self._none, key.state)

    def _on(self, plan: Plan, key: Key) -> Iterator[Key]:
        """Return where the next step of an event leads."""
        part = key.part + 1
        for after in plan.moves[key.part](key.state):
            if part < len(plan.moves):
                yield Key(Kind.INSIDE, key.place, part, self._none, after)
            elif plan.after(after):
                yield self._arrived(key.place + 1, after)

    def _quietly(self, key: Key) -> Iterator[Key]:
        for each, (plan, limit) in enumerate(self._silent):
            counts = key.counts
            if limit is not None:
                if counts[each] >= limit:
                    continue
                counts = (*counts[:each], counts[each] + 1, *counts[each + 1 :])
            for after in plan.taken(key.state):
                if after != key.state:
                    yield key._replace(counts=counts, state=after)


def first_unrepeatable(walk: Walk, trace: Trace) -> tuple[int, int] | None:
    """Return the first event of a loop that cannot be repeated, and the round.

    `walk` has taken all events once, which is round 1.  None if it can be repeated
    for ever: each set of states has a successor, and sets recur.  Events are
    counted from 0.  Raises Stopped if neither comes to light.
    """
    if not isinstance(trace.end, Loop):
        return None
    start = back_to(trace)
    seen: set[frozenset[State]] = set()
    round_, tried, most = 1, 0, _MOST_TRIED
    while frozenset(walk.states) not in seen:
        seen.add(frozenset(walk.states))
        if tried > most:
            message = f"the loop came to new states in each of {round_:,} rounds"
            raise Stopped(Cause.STATES, message)
        round_ += 1
        for place, event in enumerate(trace.events[start:], start):
            if not walk.take(event):
                return place, round_
            tried += len(walk.states)
        most = max(most, _FEWEST_ROUNDS * tried) if round_ == _FIRST else most
    return None
