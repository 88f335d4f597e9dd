"""All states that a spec may be in, event by event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from pyspec.conformance.columns import Columns, Plain, moves
from pyspec.conformance.footprint import joined
from pyspec.conformance.module import arguments_of
from pyspec.conformance.observe import holds, looks_of
from pyspec.conformance.said import Said, values_of
from pyspec.conformance.symmetric import Kinds, alike
from pyspec.explore.limits import Stopped
from pyspec.explore.result import Cause
from pyspec.trace.model import UNKNOWN, AnyStep, Call, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized

    from pyspec.conformance.columns import Moves, Node, Spare
    from pyspec.conformance.footprint import Reader
    from pyspec.conformance.observe import Exactly
    from pyspec.language import Facts
    from pyspec.language.state import State
    from pyspec.language.stepping import Look, Steps
    from pyspec.trace.model import Event, Observation, Path, Silent, Step, Trace
    from pyspec.values import Value
    from pyspec.values.names import Renaming

__all__ = ["ANY", "MOST_STATES", "Asking", "Move", "Plan", "Shape", "Walk", "shape_of"]

MOST_STATES: Final = 500_000
"""States that a trace may leave possible at once."""

_MANY: Final = 500
"""Of more states one is followed to the end before the others."""

_DEEPEST: Final = 100_000
"""Events of a trace that may be gone through depth first."""

_MOST_PLANS: Final = 1 << 14
"""Events that are kept ready to be tried again."""

_FEW: Final = 64
"""So many states are looked at one by one; more are looked at by kinds."""


def _no_reader() -> None:
    """Read no footprints."""


ANY: Final = "pxS_any"
"""The generator of all steps of Next."""

Shape: TypeAlias = "tuple[str, tuple[bool, ...]]"
"""An action, and which of its arguments are known."""


def shape_of(call: Call, facts: Facts) -> Shape:
    """Return the form in which a trace calls an action."""
    given = arguments_of(call, facts)
    return call.action, tuple(argument is not UNKNOWN for argument in given)


@dataclass(frozen=True, slots=True)
class Asking:
    """A compiled spec, and how it is asked.

    - names: the generator of each form of a call
    - roots: the function of each state operator that is observed
    - meanings: values of constants and definitions that traces name
    - reader: gives what reads the footprints of all these, if that is possible
    """

    facts: Facts
    steps: Steps
    names: Mapping[Shape, str]
    roots: Mapping[str, str]
    meanings: Renaming
    reader: Callable[[], Reader | None] = _no_reader

    def value(self, given: Value) -> Value:
        """Return a value with names of the spec replaced by what they mean."""
        if not self.meanings.names:
            return given
        meant: Value = self.meanings.of(given)
        return meant

    def observation(self, given: Observation) -> Observation:
        """Return an observation with names replaced by what they mean."""
        if not self.meanings.names:
            return given
        path = replace(
            given.path,
            arguments=tuple(map(self.value, given.path.arguments)),
            selectors=tuple(map(self.value, given.path.selectors)),
        )
        return replace(given, path=path, value=self.value(given.value))

    def arguments(self, call: Call) -> tuple[Value, ...]:
        """Return the arguments that are known."""
        given = arguments_of(call, self.facts)
        return tuple(self.value(v) for v in given if v is not UNKNOWN)

    def root(self, path: Path, state: State) -> Value:
        """Return the value of a path's variable or operator."""
        if path.root in self.facts.variables:
            found: Value = state[self.facts.variables.index(path.root)]
            return found
        return self.steps.value(self.roots[path.root], state, path.arguments)


class Walk:
    """A trace's way through a spec: `states` may be the spec's after `matched` events.

    After a rejection `states` are those that the rejected event was tried in.
    Raises Stopped at a limit, and EvaluationError where the spec, or what was
    observed, has no value.
    """

    def __init__(
        self,
        asking: Asking,
        trace: Trace,
        look: Callable[[], None],
        *,
        bounded: bool = True,
        whole: bool = False,
    ) -> None:
        """Begin nowhere.

        `bounded`: silent steps as often as the trace says, else any number;
        `whole`: the trace has all events, so that what it does not mention will
        not be mentioned later, and one state of each kind is enough.
        """
        self._look = look
        self._whole = whole
        self._kinds: Kinds | None = None
        self._tried_kinds = False
        silent = trace.silent
        if not bounded:
            silent = tuple(replace(each, maximum=None) for each in silent)
        self._limits = tuple(each.maximum for each in silent)
        self._trace = trace
        self.goes_on_with(asking)
        self.matched = -1
        self.states: set[State] = set()

    def goes_on_with(self, asking: Asking) -> None:
        """Ask another compilation of the spec from now on, which knows more."""
        self._asking = asking
        self._silent = tuple(self._quiet(each) for each in self._trace.silent)
        self._plans: dict[Said, Plan] = {}

    def go(self) -> bool:
        """Take all events; False if one of them, or INIT, cannot be matched."""
        while True:
            self._kinds, self._tried_kinds, self.matched = None, False, -1
            self._owned: dict[object, Moves | None] = {}
            fits = self.start() and self._take_all()
            if self._were_alike():
                return fits

    def start(self) -> bool:
        """Begin with the initial states that have what INIT observes."""
        asking = self._asking
        wanted = [*map(asking.observation, self._trace.init)]
        found = asking.steps.spec.initial_states()
        self.states = {state for state in found if self._has(wanted, state)}
        if self.states:
            self.matched = 0
        return bool(self.states)

    def take(self, event: Event, plan: Plan | None = None) -> bool:
        """Match an event; False if no step does."""
        plan = plan or self.plan(event)
        tried = self.closed(self.states)
        self._reduce(tried)
        found: dict[object, State] = {}
        for state in tried:
            for after in plan.taken(state):
                found.setdefault(self._key(after), after)
            self._look()
            bounded(found)
        self.states = set(found.values()) or tried
        self.matched += bool(found)
        return bool(found)

    # ------------------------------------------------------------ depth first

    def _take_all(self) -> bool:
        """Match the events one after another, with all states that each may lead to.

        If these become many, the first behavior to the end is looked for: it is
        often found soon, and to find none takes no longer than by breadth.
        """
        events = self._trace.events
        may_go_deep = self._whole and len(events) <= _DEEPEST
        for place, event in enumerate(events):
            if may_go_deep and len(self.states) > _MANY:
                return self._deeper(events[place:])
            if not self.take(event):
                return False
        return True

    def _deeper(self, events: Sequence[Event]) -> bool:
        """Match the other events, going on from each state before the next."""
        first, nodes = self.matched, self._nodes(events)
        follow = [self._follower(event, nodes) for event in events]
        reached: list[dict[object, State | None]] = [{} for _ in range(len(events) + 1)]
        reached[0].update(map(nodes.node, self.states))
        ways = [follow[0](reached[0].items(), reached[1])]
        total = 0
        while ways:
            after = next(ways[-1], None)
            if after is None:
                ways.pop()
                continue
            total += 1
            _bounded_in_all(total)
            place = len(ways)
            self.matched = max(self.matched, first + place)
            if place == len(events):
                self.states = nodes.states([after])
                return True
            ways.append(follow[place]([after], reached[place + 1]))
        self.states = self.closed(nodes.states(reached[self.matched - first].items()))
        return False

    def _follower(self, event: Event, nodes: Columns | Plain) -> Follow:
        """Return what gives the nodes after an event that were not reached before."""
        plan, own = self.plan(event), None
        if isinstance(nodes, Columns):
            own = self._own(event)

        def follow(
            given: Iterable[Node], there: dict[object, State | None]
        ) -> Iterator[Node]:
            if self._silent:
                given = map(nodes.node, self.closed(nodes.states(given)))
            for node in given:
                for after in nodes.followed(own, node, plan.taken):
                    kind, state = after
                    if kind not in there:
                        there[kind] = state
                        yield after
                self._look()

        return follow

    # ------------------------------------------------------------ steps of one name

    def _nodes(self, events: Iterable[Event]) -> Columns | Plain:
        """Return what follows kinds without their states, if that serves some event."""
        kinds = self._kinds
        if kinds is not None and not self._silent and any(map(self._own, events)):
            return Columns(kinds)
        return Plain(self._key)

    def _own(self, event: Event) -> Moves | None:
        """Return the steps of an event if they are of one name each."""
        key = event.steps, event.observations
        if key not in self._owned:
            self._owned[key] = self._found_own(event)
        return self._owned[key]

    def _found_own(self, event: Event) -> Moves | None:
        asking, kinds, plan = self._asking, self._kinds, self.plan(event)
        reader, (step, *more) = asking.reader(), event.steps
        if kinds is None or reader is None or more or not isinstance(step, Call):
            return None
        name, given = asking.names[shape_of(step, asking.facts)], asking.arguments(step)
        observed = [*map(asking.observation, event.observations)]
        around = joined(map(reader.observation, observed))
        drawn = reader.drawn(name, given)
        if drawn is None:
            around = joined([around, reader.action(name, given)])
        looks = looks_of(
            [each for each in observed if each.primed], asking.facts.variables
        )

        def taken(state: State, spare: Spare | None) -> Iterable[State]:
            if not plan.before(state):
                return ()
            return filter(
                plan.after, asking.steps.taken(name, state, given, *looks, spare)
            )

        return moves(kinds.classes, drawn, around, taken)

    # ------------------------------------------------------------ kinds of states

    def _reduce(self, states: Sized) -> None:
        """Keep one state of each kind from now on, if there are many."""
        if self._whole and not self._tried_kinds and len(states) > _FEW:
            self._tried_kinds = True
            steps = self._asking.steps
            if not steps.symmetric:
                return
            said = [*map(self._asking.value, values_of(self._trace))]
            constants = steps.spec.constants.values()
            classes = alike(constants, (*said, *steps.chosen_among))
            self._kinds = Kinds(classes) if classes else None

    @property
    def by_kinds(self) -> bool:
        """Whether states that differ only in names have counted as one."""
        return self._kinds is not None

    def _were_alike(self) -> bool:
        """Whether nothing has told names apart that have counted as alike."""
        names = self._kinds.names if self._kinds is not None else frozenset()
        return names.isdisjoint(self._asking.steps.chosen_among)

    def _key(self, state: State) -> object:
        return state if self._kinds is None else self._kinds.kind(state)

    def _spare(self, state: State) -> Callable[[object], bool] | None:
        return None if self._kinds is None else self._kinds.spare(state)

    # ------------------------------------------------------------ events

    def planned(self, said: Said) -> Plan | None:
        """Return an event that says this, if one was tried lately."""
        return self._plans.get(said)

    def plan(self, event: Event) -> Plan:
        """Return an event, ready to be tried in many states."""
        said = Said(event)
        found = self._plans.get(said)
        if found is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            found = self._plans[said] = self._made(event)
        return found

    def _made(self, event: Event) -> Plan:
        observed = [*map(self._asking.observation, event.observations)]
        before = [each for each in observed if not each.primed]
        after = [each for each in observed if each.primed]
        variables = self._asking.facts.variables
        nothing = looks_of((), variables)
        *first, last = event.steps
        moves = [self._move(step, *nothing) for step in first]
        moves.append(self._move(last, *looks_of(after, variables)))
        return Plan(
            lambda state: self._has(before, state),
            tuple(moves),
            lambda state: self._has(after, state),
        )

    def _move(
        self, step: Step, looks: tuple[Look, ...], only: tuple[Exactly, ...]
    ) -> Move:
        """Return what gives the states that a step leads to."""
        if isinstance(step, Skip):
            return lambda state: (state,)
        asking = self._asking
        if isinstance(step, AnyStep):
            moves = self._taken(ANY, (), looks, only)
            return lambda state: (after for after in moves(state) if after != state)
        name = asking.names[shape_of(step, asking.facts)]
        return self._taken(name, asking.arguments(step), looks, only)

    def _taken(
        self,
        name: str,
        given: tuple[Value, ...],
        looks: tuple[Look, ...],
        only: tuple[Exactly, ...],
    ) -> Move:
        taken = self._asking.steps.taken
        return lambda state: taken(name, state, given, looks, only, self._spare(state))

    def _has(self, observations: Iterable[Observation], state: State) -> bool:
        return all(
            holds(each, self._asking.root(each.path, state)) for each in observations
        )

    # ------------------------------------------------------------ silent steps

    def _quiet(self, silent: Silent) -> Move:
        looks, only = looks_of((), self._asking.facts.variables)
        move = self._move(silent.call, looks, only)
        return lambda state: (after for after in move(state) if after != state)

    def closed(self, states: set[State]) -> set[State]:
        """Return the states with those that silent steps lead to.

        A state is gone on from with each number of steps taken that no other
        way to it is better than.
        """
        if not self._silent:
            return states
        none = (0,) * len(self._silent)
        known = {self._key(state): (state, [none]) for state in states}
        todo = [(key, none) for key in known]
        while todo:
            key, counts = todo.pop()
            state, best = known[key]
            if counts not in best:
                continue  # a better way was found meanwhile
            for after, more in self._quietly(state, counts):
                there = self._key(after)
                if _better(known.setdefault(there, (after, []))[1], more):
                    todo.append((there, more))
            self._look()
            bounded(known)
        return {state for state, _ in known.values()}

    def _quietly(self, state: State, counts: Counts) -> Iterator[tuple[State, Counts]]:
        for place, move in enumerate(self._silent):
            limit, used = self._limits[place], counts[place]
            if limit is None or used < limit:
                more = counts
                if limit is not None:
                    more = (*counts[:place], used + 1, *counts[place + 1 :])
                for after in move(state):
                    yield after, more


Move: TypeAlias = "Callable[[State], Iterable[State]]"
Follow: TypeAlias = (
    "Callable[[Iterable[Node], dict[object, State | None]], Iterator[Node]]"
)
Counts: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """An event, ready to be tried in many states."""

    before: Callable[[State], bool]
    moves: tuple[Move, ...]
    after: Callable[[State], bool]

    def taken(self, state: State) -> Iterable[State]:
        """Return the states after the event."""
        if not self.before(state):
            return ()
        found: Iterable[State] = (state,)
        for move in self.moves[:-1]:
            found = {after for each in found for after in move(each)}
        return (
            after
            for each in found
            for after in self.moves[-1](each)
            if self.after(after)
        )


def _better(known: list[Counts], counts: Counts) -> bool:
    """Put counts among those of a state unless one there is as good."""
    for each in known:
        if all(a <= b for a, b in zip(each, counts, strict=True)):
            return False
    known[:] = [
        each for each in known if any(a < b for a, b in zip(each, counts, strict=True))
    ]
    known.append(counts)
    return True


def _bounded_in_all(number: int) -> None:
    if number > MOST_STATES:
        message = f"more than {MOST_STATES:,} states were gone on from"
        raise Stopped(Cause.STATES, message)


def bounded(states: Sized) -> None:
    if len(states) > MOST_STATES:
        message = f"more than {MOST_STATES:,} states are possible at once"
        raise Stopped(Cause.STATES, message)
