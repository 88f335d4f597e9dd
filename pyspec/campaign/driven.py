"""Behaviors of the spec drive the implementation, step by step.

Replay asks whether the spec allows what the implementation does.  This asks the
other way as well: does the implementation do what the spec allows?  `drive` keeps a
system and a behavior of the spec side by side, in equal states.  In each such place
every step that the spec allows is looked for among all that can happen to the
system: it must be the same action, with the same arguments, to the same values of
everything that the implementation declares.  The behavior goes on with one of the
steps found, chosen by chance, the least tried before the others.

One thing that happens can be several steps of the spec: a timer that tells each
process, or what a process does on its own right after.  Then the behavior goes
along, or the process crashes in between.

A *place* is the states that the spec may be in (several, if there are variables
that no process declares) and the system, between two happenings.
"""

from __future__ import annotations

import enum
import math
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pyspec.errors import Mistake, Undecided
from pyspec.trace.model import Call, End, Skip
from pyspec.values import Fn, ModelValue, apply, domain, show
from refimpl.actions import Template
from refimpl.sim.recorder import Recorder
from refimpl.sim.steered import Steered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyspec.language.program import Spec
    from pyspec.language.state import State, Step
    from pyspec.trace.model import Event, Trace
    from pyspec.values import Value
    from refimpl.protocol import Protocol
    from refimpl.sim.schedule import Happening

    _Taste: TypeAlias = Callable[[str, "_Way"], float]

__all__ = ["Difference", "Driven", "Effort", "Label", "Tally", "drive"]

_SEEDS: Final = 3
"""Runs of the implementation differ in what its processes draw at random."""
_REDRAWN: Final = 2
"""So often these draws are made anew for a step that was never taken."""
_MOST_STATES: Final = 64
"""States that the spec may be in: more of them, and nobody can say what differs."""
_MOST_DIFFERENCES: Final = 20
_NEAREST: Final = 0.1
"""The share of the places that are looked at nearest first."""
_FAULTS: Final = frozenset({"lose", "copy", "crash"})
_PATIENCE: Final = 10
"""A behavior ends after so many steps of which no two in a row are new."""
_RARELY: Final = (1e-6, 1e-6, 0.1)
"""How likely a kind of fault is, beside each message and timer."""
_USUAL: Final = 3
"""A fault that was so often the same step of the spec is not tried everywhere."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How far to go: so many places, in behaviors of at most `length` steps.

    `seconds` ends it early, and then what was found depends on the machine.
    """

    places: int = 600
    length: int = 40
    seed: int = 0
    seconds: float | None = None


class Label(NamedTuple):
    """An action with its arguments."""

    action: str
    arguments: tuple[Value, ...]

    def __str__(self) -> str:
        inside = ", ".join(map(show, self.arguments))
        return f"{self.action}({inside})" if inside else self.action


@dataclass(slots=True)
class Tally:
    """What became of the steps of one label.

    - allowed: in how many places the spec allows such a step
    - missed: in how many of them nothing that can happen was this step
    - taken: how often the implementation took one, in whatever place
    - after: a shortest behavior after which it was looked for in vain
    """

    allowed: int = 0
    missed: int = 0
    taken: int = 0
    after: tuple[Label, ...] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A step that the implementation takes, and the spec does not allow.

    `values` are, of a step of this label that the spec does allow, the variables
    that differ: what the implementation has, and what the spec.  Empty if it allows
    none.  `trace` ends with the step.
    """

    label: Label | None
    values: tuple[tuple[str, Value, Value], ...]
    trace: Trace
    raised: str | None = None

    def length(self) -> int:
        """Return how many events there are."""
        return len(self.trace.events)

    def __str__(self) -> str:
        if self.raised is not None:
            return f"raises: {self.raised}; after {_told(self.trace.events)}"
        what = "SKIP" if self.label is None else str(self.label)
        values = "; ".join(
            f"{name} is {show(ours)}, in the spec {show(theirs)}"
            for name, ours, theirs in self.values
        )
        how = values or "the spec has no such step here"
        return f"differs: {what}: {how}; after {_told(self.trace.events[:-1])}"


def _told(events: Iterable[Event]) -> str:
    """Return the steps of some events, in words."""
    steps = [_label_of(event) for event in events]
    return ", ".join(str(each) for each in steps if each) or "the beginning"


def _label_of(event: Event) -> Label | None:
    """Return which step of the spec an event is; None for SKIP."""
    (step,) = event.steps
    if isinstance(step, Skip):
        return None
    assert isinstance(step, Call)  # noqa: S101 - recorders make no other
    return Label(step.action, step.arguments or ())  # type: ignore[arg-type]  # recorders know all arguments


@dataclass(slots=True)
class Driven:
    """What came of it.

    - labels: what became of the steps, by action and arguments
    - differences: a shortest one found for each action and set of variables
    - quiet: runs that came to an end, for nothing but faults can happen, where the
      spec allows other steps; fairness may demand them
    - pairs: actions that were taken one after the other, and how often
    - places, steps: how many were looked at, and tried
    - is_whole: False if time ran out
    """

    actions: tuple[str, ...]
    processes: frozenset[Value]
    labels: dict[Label, Tally] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    quiet: list[Trace] = field(default_factory=list)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: int = 0
    steps: int = 0
    seconds: float = 0.0
    is_whole: bool = True

    def by_action(self) -> dict[str, Tally]:
        """Return the tallies of each action of Next, whatever its arguments."""
        found = {name: Tally() for name in self.actions}
        for label, tally in self.labels.items():
            _add(found.setdefault(label.action, Tally()), tally)
        return found

    def by_role(self) -> dict[Label, Tally]:
        """Return the tallies by action and those arguments that are processes."""
        found: dict[Label, Tally] = {}
        for label, tally in self.labels.items():
            kept = tuple(each for each in label.arguments if each in self.processes)
            _add(found.setdefault(Label(label.action, kept), Tally()), tally)
        return found

    @property
    def unreached(self) -> dict[Label, Tally]:
        """What the spec allowed in some place, and the implementation never did.

        By action if it never took that action at all, else by process, too.
        """
        whole = self.by_action()
        never = {n: t for n, t in whole.items() if t.allowed and not t.taken}
        found = {Label(name, ()): tally for name, tally in never.items()}
        return found | {
            label: tally
            for label, tally in self.by_role().items()
            if label.action not in never and tally.allowed and not tally.taken
        }

    @property
    def untried(self) -> tuple[str, ...]:
        """Actions that the spec allowed in no place."""
        found = self.by_action()
        return tuple(
            n for n in self.actions if not (found[n].allowed or found[n].taken)
        )


def _add(total: Tally, more: Tally) -> None:
    total.allowed += more.allowed
    total.missed += more.missed
    total.taken += more.taken
    known = [each for each in (total.after, more.after) if each is not None]
    total.after = min(known, key=len, default=None)


def drive(protocol: Protocol, spec: Spec, effort: Effort | None = None) -> Driven:
    """Drive an implementation by behaviors of its spec; equal arguments, equal result.

    `spec` is the protocol's own module, with its constants, as `language.load.named`
    gives it.  Mistake if they do not
    go together, Undecided if too many states of the spec fit what is observed.
    """
    return _Driver(protocol, spec, effort or Effort()).run()


# ------------------------------------------------------------- places


class _Way(NamedTuple):
    """A way on: from where, what happens, and the steps that it is.

    - place: where it leads; None as long as it is not tried
    - due: whether no timer is due before this happens
    - draws: which draws were made anew for it, if they were
    """

    before: _Place
    happening: Happening
    labels: tuple[Label, ...]
    events: tuple[Event, ...] = ()
    place: _Place | None = None
    due: bool = True
    draws: int | None = None


@dataclass(slots=True, eq=False)
class _Place:
    """States of the spec and the system, and how they came about.

    - depth: how many steps from the beginning
    - found: where what can happen leads, by the first step that it is; what is
      well known is not tried before a behavior goes there.  None before it is known
    """

    states: tuple[State, ...]
    system: Steered
    way: _Way | None = None
    depth: int = 0
    found: dict[Label, list[_Way]] | None = None

    def ways(self) -> list[_Way]:
        """Return what led here, from the beginning."""
        found = []
        place: _Place | None = self
        while place is not None and place.way is not None:
            found.append(place.way)
            place = place.way.before
        return found[::-1]

    def behavior(self) -> tuple[Label, ...]:
        """Return the steps that led here."""
        return tuple(label for way in self.ways() for label in way.labels)


class _Odd(NamedTuple):
    """An event that is no step of the spec: its place, and what differs.

    `before` it came these steps of the same happening.  Or, instead of an event,
    what the implementation `raised`.
    """

    number: int
    label: Label | None
    values: tuple[tuple[str, Value, Value], ...]
    before: tuple[Label, ...] = ()
    raised: type[Exception] | None = None

    @property
    def kind(self) -> object:
        """Return what is the same of one mistake, wherever it shows."""
        if self.raised is not None:
            return self.raised
        names = tuple(name.split("[")[0] for name, *_ in self.values)
        return self.label and self.label.action, names


def _length(way: _Way) -> int:
    return len(way.events)


# ------------------------------------------------------------- driving


class _Kind(enum.Enum):
    """Of which kind a behavior is."""

    PUNCTUAL = "timers fire when they are due, and little fails"
    RANDOM = "some actions likelier than others, from the beginning"
    CURIOUS = "goes on from the middle of another, by what was seldom taken"


_KINDS: Final = tuple(_Kind)


class _Driver:
    def __init__(self, protocol: Protocol, spec: Spec, effort: Effort) -> None:
        self.protocol = protocol
        self.spec = spec
        self.effort = effort
        self.chance = random.Random(effort.seed)  # noqa: S311 - to be repeated
        names = tuple(action.name for action in spec.actions)
        ids = [ModelValue(name) for role in protocol.roles for name in role.ids]
        self.driven = Driven(names, frozenset(ids))
        self.begun = monotonic()
        self.known: dict[object, _Place] = {}
        self.steps_from: dict[State, tuple[Step, ...]] = {}
        self.tracked: dict[str, int] = {}
        self.header: Trace | None = None
        self.differing: dict[object, tuple[_Way, ...]] = {}
        self.quiet: dict[frozenset[str], _Place] = {}
        self.led_to: dict[str, list[_Place]] = {}
        self.usual: dict[Happening, Counter[Label]] = {}
        self.faults = _names_of_faults(protocol)

    def run(self) -> Driven:
        """Look at the nearest places first, then at those of behaviors of three kinds.

        Punctual ones get far, random ones go where no timer would lead, and curious
        ones go on from a place that some action led to.
        """
        roots = [self._root(self.effort.seed + number) for number in range(_SEEDS)]
        self._nearest(roots[0], int(self.effort.places * _NEAREST))
        for number in range(self.effort.places):
            if self._goes_on():
                root = roots[number // len(_KINDS) % _SEEDS]
                self._walk(root, _KINDS[number % len(_KINDS)])
        driven = self.driven
        differences = [self._shortened(*each) for each in self.differing.items()]
        driven.differences = sorted(differences, key=Difference.length)
        driven.quiet = [self._quiescent(place) for place in self.quiet.values()]
        driven.seconds = monotonic() - self.begun
        return driven

    def _walk(self, root: _Place, kind: _Kind) -> None:
        if kind is _Kind.PUNCTUAL:
            faults = {name: self.chance.choice(_RARELY) for name in sorted(_FAULTS)}
            self._follow(root, lambda _, way: _punctual(way, faults))
            return
        drawn = _Liking(self.chance, self.faults)
        if kind is _Kind.RANDOM:
            self._follow(root, lambda _, way: drawn.of(way))
        else:
            place = self._midway() or root
            self._follow(place, lambda b, way: drawn.of(way) * self._news(b, way))

    def _midway(self) -> _Place | None:
        """Return a place that an action led to, each action as likely as the others."""
        if not self.led_to:
            return None
        return self.chance.choice(self.led_to[self.chance.choice([*self.led_to])])

    def _goes_on(self) -> bool:
        effort, driven = self.effort, self.driven
        if effort.seconds is not None and monotonic() - self.begun > effort.seconds:
            driven.is_whole = False
        return driven.is_whole and driven.places < effort.places

    # --------------------------------------------------- which way to go

    def _nearest(self, root: _Place, most: int) -> None:
        """Look at places in the order of their distance from the beginning."""
        layer, seen = [root], {id(root)}
        while layer and self._goes_on():
            following: list[_Place] = []
            for place in layer:
                if self.driven.places >= most or not self._goes_on():
                    return
                for target in self._targets(place):
                    if id(target) not in seen:
                        seen.add(id(target))
                        following.append(target)
            layer = following

    def _targets(self, place: _Place) -> Iterator[_Place]:
        for ways in self._look(place).values():
            yield from (each.place for each in ways if each.place is not None)

    def _follow(self, place: _Place, taste: _Taste) -> None:
        """Follow one behavior; it ends when for some steps nothing was new."""
        before, end, patience = "", place.depth + self.effort.length, _PATIENCE
        while place.depth < end and patience and self._goes_on():
            ways = [way for found in self._look(place).values() for way in found]
            if not ways:
                return
            (way,) = self.chance.choices(ways, [taste(before, each) for each in ways])
            target = way.place or self._late(place, way)
            if target is None:
                return
            pairs = [*_pairs(before, way.labels)]
            is_new = any(pair not in self.driven.pairs for pair in pairs)
            patience = _PATIENCE if is_new else patience - 1
            self.driven.pairs.update(pairs)
            before, place = way.labels[-1].action, target

    def _news(self, before: str, way: _Way) -> float:
        """Return how much is to be learnt from a step."""
        label = way.labels[0]
        tally = self.driven.labels.get(label)
        seldom: float = 1 / (1 + (tally.taken if tally else 0))
        return seldom * (1 if (before, label.action) in self.driven.pairs else 4)

    def _late(self, place: _Place, way: _Way) -> _Place | None:
        """Try what was left out as well known; None if it is another step here."""
        assert place.found is not None  # noqa: S101 - it was looked at
        ways = place.found[way.labels[0]]
        ways.remove(way)
        tried = self._try(place, way.happening, None)
        if tried is None or tried.labels != way.labels:
            return None
        ways.append(tried)
        return tried.place

    # --------------------------------------------------- one place

    def _root(self, seed: int) -> _Place:
        """Return the beginning of a run, which must be one of the spec's."""
        system = Steered(self.protocol, seed, Recorder(self.protocol))
        system.start()
        recorder = system.recorder
        assert recorder is not None  # noqa: S101 - it was given
        self.header = recorder.header({"recorder": "refimpl", "seed": seed})
        self.tracked = self._variables([each.path.root for each in recorder.init])
        seen = {each.path.root: each.value for each in recorder.init}
        states = tuple(
            state
            for state in dict.fromkeys(self.spec.initial_states())
            if all(state[at] == seen[name] for name, at in self.tracked.items())
        )
        if not states:
            raise Mistake(
                f"{self.protocol.slug}: the implementation begins in no initial state "
                "of the spec",
                found=", ".join(f"{name} = {show(v)}" for name, v in seen.items()),
            )
        return self._place(_Place(states, system))

    def _variables(self, names: Iterable[str]) -> dict[str, int]:
        """Return the places of these variables in a state."""
        known = {name: at for at, name in enumerate(self.spec.variables)}
        for name in names:
            if name not in known:
                raise Mistake(
                    f"{self.protocol.slug}: a process declares {name}, which is no "
                    f"variable of {self.spec.name}",
                    expected=", ".join(known),
                )
        return {name: known[name] for name in names}

    def _place(self, made: _Place) -> _Place:
        """Return the place known already that is like this one, or this one."""
        key = frozenset(made.states), _situation(made.system)
        known = self.known.setdefault(key, made)
        if known is made:
            if made.way is not None and made.way.labels:
                action = made.way.labels[-1].action
                self.led_to.setdefault(action, []).append(made)
        elif known.found is None and made.depth < known.depth:
            known.system, known.way, known.depth = made.system, made.way, made.depth
        return known

    def _look(self, place: _Place) -> dict[Label, list[_Way]]:
        """Look for each step that the spec allows, and return those found."""
        if place.found is not None:
            return place.found
        found: dict[Label, list[_Way]] = {}
        place.found = found
        self.driven.places += 1
        allowed = dict.fromkeys(
            Label(step.action, step.arguments)
            for state in place.states
            for step in self._steps(state)
        )
        self._happenings(place, found, None)
        for draws in range(1, _REDRAWN + 1):
            if not any(self._is_new(each) for each in allowed if each not in found):
                break
            self._happenings(place, found, draws)
        for label in allowed:
            tally = self.driven.labels.setdefault(label, Tally())
            tally.allowed += 1
            if label not in found:
                tally.missed += 1
                if tally.after is None or place.depth < len(tally.after):
                    tally.after = place.behavior()
        self._look_for_quiet(place, allowed)
        return found

    def _look_for_quiet(self, place: _Place, allowed: Iterable[Label]) -> None:
        """Note a place where nothing goes on, but something may."""
        wanted = frozenset(label.action for label in allowed) - self.faults
        kinds = {happening.kind for happening in place.system.possible()}
        if wanted and kinds <= _FAULTS:
            known = self.quiet.setdefault(wanted, place)
            if place.depth < known.depth:
                self.quiet[wanted] = place

    def _is_new(self, label: Label) -> bool:
        tally = self.driven.labels.get(label)
        return tally is None or not tally.taken

    def _happenings(
        self, place: _Place, found: dict[Label, list[_Way]], draws: int | None
    ) -> None:
        """Try all that can happen, and note it by the step that it begins with."""
        for happening in place.system.possible():
            usual = self._usually(happening)
            if usual is None:
                way = self._try(place, happening, draws)
                self._found(found, way)
                for number in range(1, len(way.labels) if way else 0):
                    cut = replace(happening, crash_after=number)
                    self._found(found, self._try(place, cut, draws))
            elif draws is None:
                self._found(found, _Way(place, happening, (usual,)))

    @staticmethod
    def _found(found: dict[Label, list[_Way]], way: _Way | None) -> None:
        if way is not None and way.labels:
            ways = found.setdefault(way.labels[0], [])
            if way.place is None or all(way.place is not each.place for each in ways):
                ways.append(way)

    def _usually(self, happening: Happening) -> Label | None:
        """Return the step that a fault is, if it was always the same."""
        seen = self.usual.get(replace(happening, at_ns=0))
        if seen is None or len(seen) != 1:
            return None
        ((label, number),) = seen.items()
        return label if number >= _USUAL else None

    def _try(
        self, place: _Place, happening: Happening, draws: int | None
    ) -> _Way | None:
        """Let it happen to a fork; None if it cannot, or the spec does not allow it."""
        system = place.system.fork(draws)
        try:
            if not system.take(happening):
                return None
        except Exception as error:  # noqa: BLE001 - whatever an implementation raises
            way = _Way(place, happening, (), draws=draws)
            self._differs(way, _Odd(0, None, (), raised=type(error)))
            return None
        assert system.recorder is not None  # noqa: S101 - a fork has one, too
        events = tuple(system.recorder.events)
        self.driven.steps += 1
        met = self._met(place.states, events)
        if isinstance(met, _Odd):
            self._count(met.before)
            if met.before and place.found is not None:
                place.found.setdefault(met.before[0], [])  # taken, and no way on
            seen = events[: met.number + 1]
            self._differs(_Way(place, happening, (), seen, draws=draws), met)
            return None
        states, labels = met
        self._count(labels)
        if happening.kind in _FAULTS and len(labels) == 1:
            usual = self.usual.setdefault(replace(happening, at_ns=0), Counter())
            usual.update(labels)
        self.driven.pairs.update(_pairs("", labels))
        due = _is_due(place.system, happening)
        way = _Way(place, happening, labels, events, due=due, draws=draws)
        target = _Place(states, system, way, place.depth + len(labels))
        return way._replace(place=self._place(target))

    def _count(self, labels: Iterable[Label]) -> None:
        for label in labels:
            self.driven.labels.setdefault(label, Tally()).taken += 1

    # --------------------------------------------------- one event

    def _met(
        self, states: tuple[State, ...], events: Sequence[Event]
    ) -> tuple[tuple[State, ...], tuple[Label, ...]] | _Odd:
        """Take the events as steps of the spec.

        Returns the states that they lead to and the steps that they are, or what
        is wrong with the first that the spec does not allow.
        """
        labels: list[Label] = []
        for number, event in enumerate(events):
            label = self._label(event)
            after = self._after(states, label, event)
            if not after:
                odd = self._odd(states, label, event, number)
                return odd._replace(before=tuple(labels))
            states = after
            if label is not None:
                labels.append(label)
        return states, tuple(labels)

    def _label(self, event: Event) -> Label | None:
        """Return which step of the spec an event is; Mistake if it is none."""
        label = _label_of(event)
        if label is not None and label.action not in self.driven.actions:
            raise Mistake(
                f"{self.protocol.slug}: the implementation records {label.action}, "
                f"which names no step of {self.spec.name}'s Next",
                expected=", ".join(self.driven.actions),
            )
        return label

    def _after(
        self, states: Iterable[State], label: Label | None, event: Event
    ) -> tuple[State, ...]:
        """Return the states that this step may lead to, as far as was observed."""
        found: dict[State, None] = {}
        for before in states:
            for after in self._led_to(before, label):
                if not any(self._differing(before, after, event)):
                    found[after] = None
        if len(found) > _MOST_STATES:
            raise Undecided(
                f"{self.protocol.slug}: {len(found)} states of the spec fit what the "
                f"implementation declares, after {label}",
                expected=f"at most {_MOST_STATES}",
                hint="Let its processes declare more of the spec's variables.",
            )
        return tuple(found)

    def _led_to(self, state: State, label: Label | None) -> Iterator[State]:
        if label is None:
            yield state
            return
        for step in self._steps(state):
            if step.action == label.action and step.arguments == label.arguments:
                yield step.state

    def _steps(self, state: State) -> tuple[Step, ...]:
        found = self.steps_from.get(state)
        if found is None:
            found = tuple(dict.fromkeys(self.spec.successors(state)))
            self.steps_from[state] = found
        return found

    def _differing(
        self, before: State, after: State, event: Event
    ) -> Iterator[tuple[str, Value, Value]]:
        """Yield variables that the implementation has otherwise: its value, the spec's.

        What it declares and did not change must not change in the spec.
        """
        seen: dict[str, dict[Value | None, Value]] = {}
        for each in event.observations:
            key = each.path.selectors[0] if each.path.selectors else None
            seen.setdefault(each.path.root, {})[key] = each.value
        for name, at in self.tracked.items():
            yield from _unlike(name, before[at], after[at], seen.get(name, {}))

    def _odd(
        self, states: Iterable[State], label: Label | None, event: Event, number: int
    ) -> _Odd:
        """Return how an event differs from the steps that the spec allows."""
        near = [
            tuple(self._differing(before, after, event))
            for before in states
            for after in self._led_to(before, label)
        ]
        return _Odd(number, label, min(near, key=len, default=()))

    def _differs(self, way: _Way, odd: _Odd) -> None:
        """Note a step that the spec does not allow, a shortest one of each kind."""
        known = self.differing.get(odd.kind)
        ways = (*way.before.ways(), way)
        if known is None and len(self.differing) >= _MOST_DIFFERENCES:
            return
        if known is None or sum(map(_length, ways)) < sum(map(_length, known)):
            self.differing[odd.kind] = ways

    def _shortened(self, kind: object, ways: Sequence[_Way]) -> Difference:
        """Leave out of a run all that the difference at its end does not need."""
        root = ways[0].before
        happenings = [(way.happening, way.draws) for way in ways]
        found = self._again(root, happenings)
        for number in reversed(range(len(happenings) - 1)):
            part = happenings[:number] + happenings[number + 1 :]
            shorter = self._again(root, part)
            if shorter is not None and shorter[0] == kind:
                happenings, found = part, shorter
        assert found is not None  # noqa: S101 - the whole run showed it
        return found[1]

    def _again(
        self, root: _Place, happenings: Iterable[tuple[Happening, int | None]]
    ) -> tuple[object, Difference] | None:
        """Let things happen from the beginning; return what differs first, if any."""
        events: list[Event] = []
        system, states = root.system, root.states
        for happening, draws in happenings:
            system = system.fork(draws)
            try:
                is_taken = system.take(happening)
            except Exception as error:  # noqa: BLE001 - whatever an implementation raises
                what = f"{happening}: {type(error).__name__}: {error}"
                return type(error), Difference(None, (), self._trace(events), what)
            if not is_taken:
                return None
            assert system.recorder is not None  # noqa: S101 - a fork has one, too
            met = self._met(states, system.recorder.events)
            if isinstance(met, _Odd):
                events += system.recorder.events[: met.number + 1]
                trace = self._trace(events)
                return met.kind, Difference(met.label, met.values, trace)
            events += system.recorder.events
            states = met[0]
        return None

    def _quiescent(self, place: _Place) -> Trace:
        events = [event for way in place.ways() for event in way.events]
        return replace(self._trace(events), end=End.QUIESCENT)

    def _trace(self, events: Iterable[Event]) -> Trace:
        assert self.header is not None  # noqa: S101 - a root was made
        return replace(self.header, events=tuple(events), end=End.CUT)


# ------------------------------------------------------------- parts


def _punctual(way: _Way, faults: Mapping[str, float]) -> float:
    """Return how likely it is, where timers fire as they are due."""
    happening = way.happening
    if happening.crash_after is not None:
        return faults["crash"]
    return faults.get(happening.kind, 1.0 if way.due else 1e-4)


def _is_due(system: Steered, happening: Happening) -> bool:
    """Whether no message and no other timer comes before this."""
    if happening.timer is None:
        return True
    timers = {
        (node.id, name): running.due_ns
        for node in system.nodes.values()
        for name, running in node.timers.items()
    }
    own = timers[happening.who, happening.timer.name]
    return not system.in_flight and own == min(timers.values())


class _Liking:
    """How likely each action is in one behavior: some are not, others the more.

    With all of them alike a behavior seldom gets far before a crash or an abort.
    """

    def __init__(self, chance: random.Random, faults: frozenset[str]) -> None:
        self._chance = chance
        self._faults = faults
        self._drawn: dict[object, float] = {}

    def of(self, way: _Way) -> float:
        """Return a weight, above 0."""
        return math.prod(map(self._of_label, way.labels))

    def _of_label(self, label: Label) -> float:
        rare = (0.001, 0.001, 0.1) if label.action in self._faults else (0.001, 1.0)
        found = self._of(label.action, rare)
        if label.arguments and isinstance(label.arguments[0], ModelValue):
            found *= self._of(label.arguments[0], (0.1, 1.0, 1.0))
        return found

    def _of(self, what: object, weights: tuple[float, ...]) -> float:
        if what not in self._drawn:
            self._drawn[what] = self._chance.choice(weights)
        return self._drawn[what]


def _names_of_faults(protocol: Protocol) -> frozenset[str]:
    texts = (protocol.lose, protocol.duplicate, *(r.crash for r in protocol.roles))
    return frozenset(Template.call(text).name for text in texts if text is not None)


def _pairs(before: str, labels: Sequence[Label]) -> Iterator[tuple[str, str]]:
    for label in labels:
        if before:
            yield before, label.action
        before = label.action


def _unlike(
    name: str, before: Value, after: Value, seen: Mapping[Value | None, Value]
) -> Iterator[tuple[str, Value, Value]]:
    """Compare one variable: `seen` has what changed, None for all of it."""
    if None in seen or not (isinstance(after, Fn) and domain(before) == domain(after)):
        ours = seen.get(None, before)
        if ours != after:
            yield name, ours, after
    elif seen or before != after:
        for key in domain(after):
            ours, theirs = seen.get(key, apply(before, key)), apply(after, key)
            if ours != theirs:
                yield f"{name}[{show(key)}]", ours, theirs


def _situation(system: Steered) -> object:
    """Return all that decides what a system does next, but for time and chance."""
    mail = Counter((m.sender, m.to, m.message) for m in system.in_flight.values())
    nodes = [
        (
            node.process is not None and _fields(node.process),
            frozenset(node.timers),
            tuple((m.sender, m.message) for m in node.deferred),
            frozenset((node.storage.contents or {}).items()),
        )
        for node in system.nodes.values()
    ]
    return system.seed, frozenset(mail.items()), tuple(nodes)


def _fields(process: object) -> object:
    values, fields = process.memory.values, process.fields  # type: ignore[attr-defined]
    return tuple(values[name] for name in fields)
