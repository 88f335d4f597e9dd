"""Replay's verdicts and explanations, held to a search written by hand.

The spec is small enough to have its actions written a second time in Python.
Random walks, recorded in every way that a trace can observe them, and the same
walks broken in some place are judged by both.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import (
    Engine,
    Judgement,
    Limits,
    NativeEngine,
    TlcEngine,
    Verdict,
    ask,
)
from pyspec.tla2tools import find_toolchain
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Argument,
    Call,
    Event,
    Observation,
    Path,
    Relation,
    Silent,
    Skip,
    Step,
    Trace,
)
from pyspec.trace.write import show_call, show_observation, write_trace
from pyspec.values import ModelValue, Value, apply, domain, fn, record, show
from tests.conformance.replaying import spec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

pytestmark = pytest.mark.java

# Names like `n`, `t`, `type` and `to` are chosen to be in the way of what replay
# adds.  `net` is a bag: a function from records to how often each is there.
SPEC = r"""---- MODULE Parcels ----
EXTENDS Integers, Sequences, TLC
CONSTANTS P, Max
VARIABLES n, net, t, log
vars == <<n, net, t, log>>
Kinds == [to : P, type : {"big", "small"}]
Size(m) == IF m.type = "big" THEN 2 ELSE 1
Room(to) == Max - n[to]
Init == n = [p \in P |-> 0] /\ net = <<>> /\ t \in {-1, 0} /\ log = <<>>
With(m) == IF m \in DOMAIN net THEN [net EXCEPT ![m] = @ + 1] ELSE net @@ (m :> 1)
Without(m) ==
  IF net[m] > 1 THEN [net EXCEPT ![m] = @ - 1]
  ELSE [k \in DOMAIN net \ {m} |-> net[k]]
Send(to, type) ==
  /\ Len(log) < 3
  /\ t # -1 \/ type = "small"
  /\ net' = With([to |-> to, type |-> type])
  /\ log' = Append(log, to)
  /\ UNCHANGED <<n, t>>
Receive(m) ==
  /\ m \in DOMAIN net
  /\ Room(m.to) >= Size(m)
  /\ net' = Without(m)
  /\ n' = [n EXCEPT ![m.to] = @ + Size(m)]
  /\ UNCHANGED <<t, log>>
Lose(m) ==
  /\ m \in DOMAIN net
  /\ net' = Without(m)
  /\ UNCHANGED <<n, t, log>>
Turn(i) ==
  /\ t # i
  /\ t' = i
  /\ UNCHANGED <<n, net, log>>
Empty(p) ==
  /\ n[p] > 0
  /\ n' = [n EXCEPT ![p] = 0]
  /\ log' = SubSeq(log, 2, Len(log))
  /\ UNCHANGED <<net, t>>
Look(p) == n[p] = 0 /\ UNCHANGED vars
Move(p) == Empty(p) \/ \E i \in IF n[p] > 0 THEN {1} ELSE {0} : Turn(i)
Next ==
  \/ \E to \in P : \E type \in {"big", "small"} : Send(to, type)
  \/ \E m \in [to : P, type : {"big"}] \cup Kinds : Receive(m)
  \/ \E m \in DOMAIN net : Lose(m)
  \/ \E p \in P : Move(p)
  \/ \E p \in P : IF t = 0 THEN Look(p) ELSE t > 0 /\ Turn(-1)
Spec == Init /\ [][Next]_vars
====
"""
MAX = 3
SEED = 20240607
TRACES = 250

a, b = ModelValue("a"), ModelValue("b")
PLACES = (a, b)
KINDS = ("big", "small")
MESSAGES = tuple(record(to=p, type=kind) for p in PLACES for kind in KINDS)
SIZE = {"big": 2, "small": 1}


@dataclass(frozen=True)
class State:
    """A state of the spec."""

    n: tuple[int, int]
    net: frozenset[tuple[Value, int]]
    t: int
    log: tuple[Value, ...]

    def value(self, path: Path) -> Value | None:
        """What an observation sees; None if it is absent."""
        roots: dict[str, Callable[[], Value]] = {
            "n": lambda: fn(zip(PLACES, self.n, strict=True)),
            "net": lambda: fn(self.net),
            "t": lambda: self.t,
            "log": lambda: self.log,
            "Room": lambda: MAX - self.n[place_of(path.arguments[0])],
        }
        found = roots[path.root]()
        for selector in path.selectors:
            if selector not in domain(found):
                return None
            found = apply(found, selector)
        if path.length:
            assert isinstance(found, tuple)
            return len(found)
        return found


def place_of(place: Argument) -> int:
    assert isinstance(place, ModelValue)
    return PLACES.index(place)


def initial() -> list[State]:
    return [State((0, 0), frozenset(), t, ()) for t in (-1, 0)]


def bag(counter: Counter[Value]) -> frozenset[tuple[Value, int]]:
    return frozenset((m, count) for m, count in counter.items() if count > 0)


def counted(state: State, place: Value, number: int) -> tuple[int, int]:
    numbers = list(state.n)
    numbers[place_of(place)] = number
    return numbers[0], numbers[1]


def holds(action: str, state: State, args: Sequence[Value]) -> list[bool]:
    """Truth of the action's conjuncts on the state before, in order."""
    net = dict(state.net)
    if action == "Send":
        return [len(state.log) < 3, state.t != -1 or args[1] == "small"]
    if action == "Receive":
        m = args[0]
        room = MAX - state.n[place_of(apply(m, "to"))]
        return [m in net, room >= SIZE[str(apply(m, "type"))]]
    if action == "Lose":
        return [args[0] in net]
    if action == "Turn":
        return [state.t != args[0]]
    if action == "Empty":
        return [state.n[place_of(args[0])] > 0]
    if action == "Look":
        return [state.n[place_of(args[0])] == 0]
    if action == "Move":
        way = 1 if state.n[place_of(args[0])] > 0 else 0
        return [state.n[place_of(args[0])] > 0 or state.t != way]
    return []


def after(action: str, state: State, args: Sequence[Value]) -> State:
    """What a possible action makes of a state."""
    net = Counter(dict(state.net))
    if action == "Send":
        net[record(to=args[0], type=args[1])] += 1
        return replace(state, net=bag(net), log=(*state.log, args[0]))
    if action in {"Receive", "Lose"}:
        m = args[0]
        net[m] -= 1
        if action == "Lose":
            return replace(state, net=bag(net))
        to = apply(m, "to")
        more = state.n[place_of(to)] + SIZE[str(apply(m, "type"))]
        return replace(state, net=bag(net), n=counted(state, to, more))
    if action == "Turn":
        assert isinstance(args[0], int)
        return replace(state, t=args[0])
    if action == "Empty":
        return replace(state, n=counted(state, args[0], 0), log=state.log[1:])
    return state


def taken(action: str, state: State, args: Sequence[Value]) -> set[State]:
    """States after `action(args)`, wherever it is defined."""
    if action == "Move":
        way = 1 if state.n[place_of(args[0])] > 0 else 0
        return taken("Empty", state, args) | taken("Turn", state, [way])
    if all(holds(action, state, args)):
        return {after(action, state, args)}
    return set()


def drawn(state: State) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """Steps that Next names, with the arguments that it draws."""
    for place in PLACES:
        yield from (("Send", (place, kind)) for kind in KINDS)
        yield "Move", (place,)
        yield "Empty", (place,)
        yield "Turn", (1 if state.n[place_of(place)] > 0 else 0,)
        if state.t == 0:
            yield "Look", (place,)
        elif state.t > 0:
            yield "Turn", (-1,)
    for m in MESSAGES:
        yield "Receive", (m,)
        if m in dict(state.net):
            yield "Lose", (m,)


def following(state: State) -> set[State]:
    """States after a step of Next."""
    return {s for name, args in drawn(state) for s in taken(name, state, args)}


def after_step(step: Step, state: State) -> set[State]:
    if isinstance(step, Skip):
        return {state}
    if isinstance(step, AnyStep):
        return following(state) - {state}
    arguments = step.arguments
    if arguments is not None and UNKNOWN not in arguments:
        known = [one for one in arguments if one is not UNKNOWN]
        return taken(step.action, state, known) & following(state)
    return {
        found
        for name, args in drawn(state)
        if name == step.action and fits(arguments, args)
        for found in taken(name, state, args)
    }


def fits(wanted: Sequence[Argument] | None, args: Sequence[Value]) -> bool:
    if wanted is None:
        return True
    return all(w is UNKNOWN or w == v for w, v in zip(wanted, args, strict=True))


def meets(observation: Observation, state: State) -> bool:
    value, wanted = state.value(observation.path), observation.value
    if value is None:
        return False
    if observation.relation is Relation.EQUALS:
        return value == wanted
    assert isinstance(wanted, frozenset)
    return value in wanted


def after_event(event: Event, state: State) -> set[State]:
    if not all(meets(o, state) for o in event.observations if not o.primed):
        return set()
    states = {state}
    for step in event.steps:
        states = {s for one in states for s in after_step(step, one)}
    later = [o for o in event.observations if o.primed]
    return {s for s in states if all(meets(o, s) for o in later)}


def closure(
    states: Iterable[State],
    silent: Sequence[Silent],
    *,
    bounded: bool,
) -> set[State]:
    """States within the silent steps of one gap."""
    start = [(state, (0,) * len(silent)) for state in states]
    seen, todo = set(start), start
    while todo:
        state, used = todo.pop()
        for place, one in enumerate(silent):
            limit = one.maximum if bounded else None
            if limit is not None and used[place] >= limit:
                continue
            step = 1 if limit is not None else 0
            count = (*used[:place], used[place] + step, *used[place + 1 :])
            for found in after_step(one.call, state) - {state}:
                if (found, count) not in seen:
                    seen.add((found, count))
                    todo.append((found, count))
    return {state for state, _ in seen}


def search(trace: Trace, *, bounded: bool = True) -> tuple[int, set[State]]:
    """Events matched (-1: no initial state), and where the next one is tried."""
    states = {s for s in initial() if all(meets(o, s) for o in trace.init)}
    if not states:
        return -1, set()
    for place, event in enumerate(trace.events):
        here = closure(states, trace.silent, bounded=bounded)
        states = {s for one in here for s in after_event(event, one)}
        if not states:
            return place, here
    return len(trace.events), set()


def expected(trace: Trace) -> str:
    matched, _ = search(trace)
    if matched == len(trace.events):
        return "conforms"
    if matched < 0:
        return "rejected at INIT"
    text = f"rejected at {trace.events[matched].number}"
    bounds = [one.maximum for one in trace.silent if one.maximum is not None]
    if bounds and search(trace, bounded=False)[0] != matched:
        text += f" with at most {min(bounds)} silent steps per gap"
    return text


def stable(value: object) -> str:
    """Return a text to sort by, which no hash seed changes."""
    if isinstance(value, State):
        return stable((value.n, value.net, value.t, value.log))
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(stable, value)))}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(stable, value))})"
    return repr(value)


# Recording walks -----------------------------------------------------------------


class Recorder:
    """Makes traces from random walks: some right, some wrong, all odd."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - to be repeated

    def trace(self) -> Trace:
        silent = self.silent()
        states = [self.random.choice(initial())]
        events: list[Event] = []
        number = 0
        for _ in range(self.random.randrange(7)):
            for _ in range(self.random.choice([0, 0, 1, 2]) if silent else 0):
                here = self.random.choice(silent)
                unseen = after_step(here.call, states[-1]) - {states[-1]}
                if unseen:
                    states.append(self.random.choice(sorted(unseen, key=stable)))
            before = states[-1]
            steps = self.steps(states)
            if not steps:
                break
            number += self.random.choice([1, 1, 1000])
            seen = self.observations(before, states[-1])
            events.append(Event(number, steps, seen))
        start = self.observations(states[0], None) if self.random.random() < 0.2 else ()
        trace = Trace(
            module="Parcels",
            events=tuple(events),
            constants={"P": frozenset(PLACES), "Max": MAX},
            silent=silent,
            init=start,
        )
        for _ in range(self.random.choice([0, 1, 1, 2])):
            trace = self.broken(trace)
        return trace

    def silent(self) -> tuple[Silent, ...]:
        some = [
            Call("Lose", (UNKNOWN,)),
            Call("Turn", (1,)),
            Call("Turn"),
            Call("Empty", (a,)),
        ]
        picked = self.random.sample(some, self.random.choice([0, 1, 1, 2]))
        return tuple(Silent(c, self.random.choice([None, 0, 1, 1])) for c in picked)

    def steps(self, states: list[State]) -> tuple[Step, ...]:
        steps: list[Step] = []
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            state = states[-1]
            possible = [(n, v) for n, v in drawn(state) if taken(n, state, v)]
            if self.random.random() < 0.1 or not possible:
                steps.append(Skip())
                continue
            name, args = self.random.choice(possible)
            found = sorted(taken(name, state, args), key=stable)
            states.append(self.random.choice(found))
            steps.append(self.seen_as(name, args))
        return tuple(steps)

    def seen_as(self, name: str, args: tuple[Value, ...]) -> Step:
        way = self.random.random()
        if way < 0.1:
            return AnyStep()
        if way < 0.3:
            return Call(name)
        return Call(
            name,
            tuple(UNKNOWN if self.random.random() < 0.3 else v for v in args),
        )

    def observations(
        self,
        before: State,
        state: State | None,
    ) -> tuple[Observation, ...]:
        found = []
        for _ in range(self.random.choice([0, 1, 1, 3, 5])):
            primed = state is not None and self.random.random() < 0.8
            seen = state if primed and state else before
            path = self.path()
            value = seen.value(path)
            if value is None:
                value = 1 if path.root == "net" else self.random.choice(PLACES)
            if self.random.random() < 0.2:
                others = frozenset([value, self.other(path)])
                found.append(Observation(path, Relation.ONE_OF, others, primed))
            else:
                found.append(Observation(path, Relation.EQUALS, value, primed))
        return tuple(found)

    def path(self) -> Path:
        place = self.random.choice(PLACES)
        message = self.random.choice(MESSAGES)
        return self.random.choice(
            [
                *map(Path, ("n", "net", "t", "log")),
                Path("n", selectors=(place,)),
                Path("net", selectors=(message,)),
                Path("log", selectors=(self.random.choice([1, 2, 3]),)),
                Path("log", length=True),
                Path("Room", arguments=(place,)),
            ],
        )

    def other(self, path: Path) -> Value:
        """A value that is comparable with what stands at a path."""
        state = State((0, 0), frozenset(), self.random.choice([-1, 0, 1]), ())
        for _ in range(self.random.randrange(8)):
            state = self.random.choice(sorted(following(state), key=stable))
        value = state.value(path)
        fallback: Value = 2 if path.root == "net" else a
        return fallback if value is None else value

    def broken(self, trace: Trace) -> Trace:
        """Change one thing; the result may conform all the same."""
        events = list(trace.events)
        if not events:
            return trace
        place = self.random.randrange(len(events))
        event = events[place]
        way = self.random.randrange(5)
        if way == 0:
            del events[place]
        elif way == 1:
            events.insert(place, event)
        elif way == 2:
            other = self.random.randrange(len(events))
            events[place], events[other] = events[other], events[place]
        elif way == 3 and event.observations:
            seen = list(event.observations)
            each = self.random.randrange(len(seen))
            wrong = self.other(seen[each].path)
            seen[each] = replace(seen[each], relation=Relation.EQUALS, value=wrong)
            events[place] = replace(event, observations=tuple(seen))
        else:
            events[place] = replace(event, steps=tuple(map(self.wrong, event.steps)))
        numbered = [replace(e, number=10 * k) for k, e in enumerate(events, 1)]
        return replace(trace, events=tuple(numbered))

    def wrong(self, step: Step) -> Step:
        if not isinstance(step, Call):
            return step
        samples: dict[str, tuple[tuple[Value, ...], ...]] = {
            "Send": (PLACES, KINDS),
            "Receive": (MESSAGES,),
            "Lose": (MESSAGES,),
            "Turn": ((-1, 0, 1, 2),),
        }
        choices = samples.get(step.action, (PLACES,))
        return Call(step.action, tuple(map(self.random.choice, choices)))


@pytest.fixture(scope="module", params=["tlc", "native"])
def verdicts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[Verdict]:
    toolchain = find_toolchain()
    spec = spec_of(tmp_path_factory.mktemp("parcels"), SPEC)
    recorder = Recorder(SEED)
    traces = [recorder.trace() for _ in range(TRACES)]
    limits = Limits(explained=TRACES, unbounded_s=60)
    engine: Engine = TlcEngine(toolchain, limits)
    if request.param == "native":
        engine = NativeEngine(lambda: toolchain, limits)
    return engine.decide([ask(spec, trace) for trace in traces])


def told(trace: Trace) -> str:
    return write_trace(trace)


def test_every_verdict_and_event_is_the_search_s(verdicts: list[Verdict]) -> None:
    wrong = {
        told(verdict.question.trace): (verdict.headline, wanted)
        for verdict in verdicts
        if verdict.headline != (wanted := expected(verdict.question.trace))
    }
    assert not wrong
    kinds = Counter(
        "bounded" if "most" in v.headline else v.judgement.value for v in verdicts
    )
    assert min(kinds["conforms"], kinds["rejected"]) > TRACES / 5
    assert kinds["bounded"] > 0


@dataclass(frozen=True)
class Try:
    """An action in a state: what is false of it, or what it leads to."""

    false: int
    outcomes: frozenset[State]
    alone: bool = False


@dataclass(frozen=True)
class Rejection:
    """Where a trace is rejected: a step of an event, tried in some states."""

    verdict: Verdict
    step: Step
    before: tuple[Observation, ...]
    after: tuple[Observation, ...]
    states: frozenset[State]

    def tries(self, state: State) -> list[Try]:
        """All that the step may have meant in a state."""
        if not isinstance(self.step, Call):
            return [Try(0, frozenset(after_step(self.step, state)))]
        name, given = self.step.action, self.step.arguments
        known = given is not None and UNKNOWN not in given
        found = []
        whole = tuple(v for v in given or () if v is not UNKNOWN)
        for args in [whole] if known else choices(name, state):
            if not fits(given, args):
                continue
            every = taken(name, state, args)
            outcomes = frozenset(every & following(state))
            false = holds(name, state, args).count(False)
            found.append(Try(false, outcomes, known and bool(every)))
        return found or [Try(0, frozenset())]

    def cost(self, state: State, one: Try) -> tuple[int, int, int]:
        differ = len(unmet(self.before, state))
        if one.outcomes:
            return 0, differ + min(len(unmet(self.after, z)) for z in one.outcomes), 0
        return (one.false, differ, 0) if one.false else (1, differ, not one.alone)

    def least(self, state: State) -> tuple[int, int, int]:
        return min(self.cost(state, one) for one in self.tries(state))

    def best(self, state: State) -> list[Try]:
        """Those that come nearest."""
        tries = self.tries(state)
        return [t for t in tries if self.cost(state, t) == self.least(state)]

    @property
    def told(self) -> State:
        """The state that the explanation speaks of."""
        shown = {text_of(state): state for state in self.states}
        return shown[self.verdict.explanation.state]


def choices(name: str, state: State) -> Iterator[tuple[Value, ...]]:
    """Arguments that Next draws, whatever it asks for besides."""
    if name == "Turn":
        yield from ((1 if n > 0 else 0,) for n in state.n)
        yield (-1,)
    elif name == "Look":
        yield from ((p,) for p in PLACES)
    else:
        yield from (args for action, args in drawn(state) if action == name)


def unmet(observations: Iterable[Observation], state: State) -> frozenset[str]:
    return frozenset(
        show_observation(o).removeprefix("/\\ ")
        for o in observations
        if not meets(o, state)
    )


def text_of(state: State) -> tuple[tuple[str, str], ...]:
    values = {name: state.value(Path(name)) for name in ("n", "net", "t", "log")}
    return tuple((n, show(v)) for n, v in values.items() if v is not None)


def rejected(verdicts: list[Verdict]) -> Iterator[Rejection]:
    """Rejections at an event, and the states where its impossible step was tried."""
    for verdict in verdicts:
        event = verdict.event
        if verdict.judgement is not Judgement.REJECTED or event is None:
            continue
        before = tuple(o for o in event.observations if not o.primed)
        after = tuple(o for o in event.observations if o.primed)
        tried = search(verdict.question.trace)[1]
        states, part = tried, 0
        inside = {s for s in tried if not unmet(before, s)}
        while inside and part < len(event.steps) - 1:
            inside = {z for s in inside for z in after_step(event.steps[part], s)}
            if inside:
                states, part, before = inside, part + 1, ()
        if part < len(event.steps) - 1:
            after = ()
        step = event.steps[part]
        yield Rejection(verdict, step, before, after, frozenset(states))


def test_the_candidate_that_is_explained_is_the_nearest(
    verdicts: list[Verdict],
) -> None:
    several = 0
    for each in rejected(verdicts):
        found = each.verdict.explanation
        assert found.states == len(each.states), told(each.verdict.question.trace)
        costs = [each.least(state) for state in each.states]
        assert each.least(each.told) == min(costs), told(each.verdict.question.trace)
        several += len(set(costs)) > 1
    assert several > 5


def test_what_is_said_to_be_enabled_is_and_nothing_else(
    verdicts: list[Verdict],
) -> None:
    for each in rejected(verdicts):
        found = each.verdict.explanation
        assert set(found.enabled) == set(enabled(each.told))
        assert found.stuck == (not following(each.told) - {each.told})


def enabled(state: State) -> dict[str, set[State]]:
    """Steps that are named and change something, with what they lead to."""
    found: dict[str, set[State]] = {}
    for name, args in drawn(state):
        is_named = name not in {"Move", "Look"}
        if is_named and not (name == "Turn" and args == (-1,)):
            after = taken(name, state, args) - {state}
            if after:
                found.setdefault(show_call(Call(name, args)), set()).update(after)
    return found


def test_conditions_are_false_where_the_action_is_nearest(
    verdicts: list[Verdict],
) -> None:
    count = 0
    for each in rejected(verdicts):
        found = len(each.verdict.explanation.guards)
        wanted = {0 if t.outcomes else t.false for t in each.best(each.told)}
        assert found in wanted, told(each.verdict.question.trace)
        count += bool(found)
    assert count > 5


def test_differences_are_those_of_the_step_that_comes_nearest(
    verdicts: list[Verdict],
) -> None:
    count = 0
    for each in rejected(verdicts):
        state = each.told
        found = {one.observed for one in each.verdict.explanation.differences}
        own = unmet(each.before, state)
        wanted = {
            own | unmet(each.after, z) if z is not None else own
            for one in each.best(state)
            for z in one.outcomes or {None}
            if z is None or len(own | unmet(each.after, z)) == each.least(state)[1]
        }
        assert found in wanted, told(each.verdict.question.trace)
        count += bool(found)
    assert count > 5


def test_another_step_is_named_if_and_only_if_it_would_do(
    verdicts: list[Verdict],
) -> None:
    count = 0
    for each in rejected(verdicts):
        others = enabled(each.told)
        fits_all = {
            name
            for name, after in others.items()
            if any(not unmet(each.after, z) for z in after)
        }
        if unmet(each.before, each.told) or not each.after:
            fits_all = set()
        found = [n.call for n in each.verdict.explanation.nearest if not n.differences]
        assert set(found) <= fits_all, told(each.verdict.question.trace)
        assert len(found) == min(3, len(fits_all)), told(each.verdict.question.trace)
        count += bool(found)
    assert count > 5
