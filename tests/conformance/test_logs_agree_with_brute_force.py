"""Logs of several processes, held to the replay of every interleaving.

The spec has each way in which events can, and cannot, change places: sets and
bags that are added to, taken from, tested and counted, functions by their
arguments, records, a queue, and variables that nobody observes.  Which process
an event is of is drawn by lot, so that any two of them may be of two logs.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import Judgement, Limits, Spec, ask, load_spec, together
from pyspec.conformance.asking import Asker
from pyspec.conformance.causality import gathered
from pyspec.conformance.event_footprints import EventFootprints
from pyspec.conformance.interleaving import Interleaving
from pyspec.conformance.together import decide_together
from pyspec.conformance.walk import Walk
from pyspec.errors import Mistake
from pyspec.language.runtime.errors import EvaluationError
from pyspec.tla2tools import find_toolchain
from pyspec.trace.model import (
    UNKNOWN,
    AnyStep,
    Call,
    Event,
    Observation,
    Path,
    Relation,
    Silent,
    Skip,
    Trace,
)
from pyspec.values import Fn, ModelValue, apply, domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path as File

    from pyspec.conformance.causality import Execution, Place
    from pyspec.conformance.independence import Independence
    from pyspec.conformance.walk import Asking
    from pyspec.language.state import State
    from pyspec.trace.model import Step
    from pyspec.values import Value

pytestmark = pytest.mark.java

SPEC = r"""---- MODULE Kitchen ----
EXTENDS Integers, Sequences, FiniteSets, Bags, TLC
CONSTANT P
VARIABLES bag, set, f, cnt, x, q, rec, hidden
vars == <<bag, set, f, cnt, x, q, rec, hidden>>
M == {"m", "n"}
One(m) == SetToBag({m})
Init ==
  /\ bag = EmptyBag /\ set \in {{}, {"m"}} /\ f = [p \in P |-> 0] /\ cnt = <<>>
  /\ x = 0 /\ q = <<>> /\ rec = [u |-> 0, v |-> 0] /\ hidden \in {0, 1}

OnlyBag == UNCHANGED <<set, f, cnt, x, q, rec, hidden>>
Put(m) == bag' = bag (+) One(m) /\ OnlyBag
Get(m) == /\ BagIn(m, bag)
          /\ bag' = bag (-) One(m)
          /\ OnlyBag
Drop(m) == bag' = bag (-) One(m) /\ OnlyBag
Swap(m, k) == BagIn(m, bag) /\ bag' = (bag (-) One(m)) (+) One(k) /\ OnlyBag
GetBoth == /\ BagIn("m", bag) /\ BagIn("n", bag)
           /\ bag' = (bag (-) One("m")) (-) One("n") /\ OnlyBag
PutOne == \E m \in M : Put(m)
GetOne == \E m \in M : Get(m)
GetAny == \E m \in DOMAIN bag : bag' = bag (-) One(m) /\ OnlyBag
PutHidden == bag' = (IF hidden = 0 THEN bag (+) One("m") ELSE bag) /\ OnlyBag
PutKind == bag' = bag (+) One(IF x = 0 THEN "m" ELSE "n") /\ OnlyBag
PutTested(m) == bag' = bag (+) One(m) /\ CopiesIn(m, bag') = 1 /\ OnlyBag

OnlyX == UNCHANGED <<bag, set, f, cnt, q, rec, hidden>>
Peek(m) == BagIn(m, bag) /\ x' = 1 - x /\ OnlyX
Count(m) == CopiesIn(m, bag) = 1 /\ x' = 1 - x /\ OnlyX
Lacks(m) == ~BagIn(m, bag) /\ x' = 1 - x /\ OnlyX
IfThere(m) == (BagIn(m, bag) => x = 0) /\ x' = 1 - x /\ OnlyX
OrElse(m) == /\ (BagIn(m, bag) /\ x' = 1) \/ (x = 0 /\ x' = 0)
             /\ OnlyX
Weigh == BagCardinality(bag) < 2 /\ x' = 1 - x /\ OnlyX
Depends(m) == x' = (IF m \in set THEN 0 ELSE 1) /\ OnlyX
Cased(m) == CASE m = "m" -> x' = 0 /\ OnlyX [] OTHER -> Put(m)

OnlySet == UNCHANGED <<bag, f, cnt, x, q, rec, hidden>>
Add(m) == set' = set \cup {m} /\ OnlySet
AddKind == set' = {IF x = 0 THEN "m" ELSE "n"} \cup set /\ OnlySet
Del(m) == m \in set /\ set' = set \ {m} /\ OnlySet
Erase(m) == set' = set \ {m} /\ OnlySet
Clear == set' = {} /\ OnlySet
AddTwice(m) == set' = set \cup {m} /\ set' = set /\ OnlySet
SetOrBag(m) == Add(m) \/ Put(m)
Has(m) == m \in set /\ UNCHANGED vars
HasNot(m) == m \notin set /\ UNCHANGED vars
NoN == (\A m \in set : m = "m") /\ UNCHANGED vars
Gate(m) == (IF m \in set THEN m \in set /\ x' = 1 ELSE x' = 0) /\ OnlyX
Full == Cardinality(set) = 2 /\ UNCHANGED vars

OnlyF == UNCHANGED <<bag, set, cnt, x, q, rec, hidden>>
Inc(p) == f[p] < 3 /\ f' = [f EXCEPT ![p] = @ + 1] /\ OnlyF
Copy(p, r) == f' = [f EXCEPT ![p] = f[r]] /\ OnlyF
Both(p, r) == f' = [f EXCEPT ![p] = 1, ![r] = 0] /\ OnlyF
Later(p) == LET d == f[p] IN d < 2 /\ f' = [f EXCEPT ![p] = d + 1] /\ OnlyF
Two(p) == f[p] = 2 /\ UNCHANGED vars
Reset == f' = [p \in P |-> 0] /\ OnlyF
Zero(p) == f[p] = 0 /\ UNCHANGED vars
AllLow == (\A p \in P : f[p] <= 1) /\ UNCHANGED vars
Some(v) == \E p \in P : f[p] = v /\ f' = [f EXCEPT ![p] = 1 - v] /\ OnlyF
Within(p) == p \in DOMAIN f /\ (f[p] > 0 \/ x = 1) /\ UNCHANGED vars

OnlyCnt == UNCHANGED <<bag, set, f, x, q, rec, hidden>>
More(m) ==
  /\ cnt' = IF m \in DOMAIN cnt THEN [cnt EXCEPT ![m] = @ + 1] ELSE cnt @@ (m :> 1)
  /\ OnlyCnt
Choose(p) == \E m \in set : f' = [f EXCEPT ![p] = IF m = "m" THEN 1 ELSE 2] /\ OnlyF
Pick(m) == m \in set /\ x' = 1 - x /\ OnlyX
Take(m) == x' = 1 - x /\ OnlyX
Known(m) == m \in DOMAIN cnt /\ UNCHANGED vars
Fresh(m) == m \notin DOMAIN cnt /\ cnt' = (m :> 0) @@ cnt /\ OnlyCnt

OnlyQ == UNCHANGED <<bag, set, f, cnt, x, rec, hidden>>
Push(m) == Len(q) < 3 /\ q' = Append(q, m) /\ OnlyQ
Pop == q # <<>> /\ q' = Tail(q) /\ OnlyQ
First(m) == q # <<>> /\ q[1] = m /\ UNCHANGED vars

OnlyRec == UNCHANGED <<bag, set, f, cnt, x, q, hidden>>
SetU(v) == rec' = [rec EXCEPT !.u = v] /\ OnlyRec
Mark(m) == rec' = [rec EXCEPT !.u = IF m = "m" THEN 7 ELSE 8] /\ OnlyRec
SetV == rec' = [rec EXCEPT !.v = rec.u] /\ OnlyRec
IsV(v) == rec.v = v /\ UNCHANGED vars

Hide == hidden' \in {0, 1} /\ UNCHANGED <<bag, set, f, cnt, x, q, rec>>
Flip == hidden' = 1 - hidden /\ UNCHANGED <<bag, set, f, cnt, x, q, rec>>
Reveal(v) == hidden = v /\ UNCHANGED vars
Level == hidden + x

Next ==
  \/ \E m \in M : \/ Put(m) \/ Get(m) \/ Drop(m) \/ PutTested(m) \/ Peek(m)
                  \/ Count(m) \/ Lacks(m) \/ IfThere(m) \/ OrElse(m) \/ Depends(m)
                  \/ Cased(m) \/ Add(m) \/ Del(m) \/ Erase(m) \/ AddTwice(m)
                  \/ SetOrBag(m) \/ Has(m) \/ HasNot(m) \/ More(m) \/ Known(m)
                  \/ Fresh(m) \/ Push(m) \/ First(m)
                  \/ \E k \in M : Swap(m, k)
  \/ \E m \in set : Pick(m) \/ Take(m) \/ Mark(m)
  \/ NoN \/ \E m \in M : Gate(m)
  \/ \E p \in P : \/ Inc(p) \/ Later(p) \/ Choose(p) \/ Two(p) \/ Zero(p) \/ Within(p)
                  \/ \E r \in P : Copy(p, r) \/ Both(p, r)
  \/ \E v \in {0, 1} : Some(v) \/ SetU(v) \/ IsV(v) \/ Reveal(v)
  \/ PutOne \/ GetOne \/ GetAny \/ GetBoth \/ PutHidden \/ PutKind \/ Weigh
  \/ AddKind \/ Clear \/ Full \/ Reset \/ AllLow \/ Pop \/ SetV \/ Hide \/ Flip
====
"""
SEED = 20260301
EXECUTIONS = 600

a, b = ModelValue("a"), ModelValue("b")
OF_MESSAGES = """Put Get Drop PutTested Peek Count Lacks IfThere OrElse Depends Cased
Add Del Erase AddTwice SetOrBag Has HasNot More Known Fresh Push First Pick Take
Mark Gate"""
OF_PLACES = """Inc Later Zero Within Choose Two"""
OF_NUMBERS = """Some SetU IsV Reveal"""
OF_NOTHING = """PutOne GetOne GetAny GetBoth PutHidden PutKind Weigh AddKind Clear Full
Reset AllLow NoN Pop SetV Hide Flip"""
CALLS = [
    *(Call(name, (m,)) for name in OF_MESSAGES.split() for m in ("m", "n")),
    *(Call("Swap", two) for two in itertools.product(("m", "n"), repeat=2)),
    *(Call(name, (p,)) for name in OF_PLACES.split() for p in (a, b)),
    *(Call(n, two) for n in ("Copy", "Both") for two in ((a, b), (b, a), (a, a))),
    *(Call(name, (v,)) for name in OF_NUMBERS.split() for v in (0, 1)),
    *(Call(name) for name in OF_NOTHING.split()),
]
FAMILIES = [
    [call for call in CALLS if call.action in names.split()]
    for names in (
        """Put Get Drop Swap GetBoth PutOne GetOne GetAny PutHidden PutKind PutTested
        Peek Count Lacks IfThere OrElse Weigh Cased Flip""",
        "Put Get",
        "Put Get Peek Drop",
        "Put Get Swap GetOne PutOne Lacks GetBoth",
        "Add AddTwice Del",
        "Add Del Has HasNot Pick Take Choose Two Mark NoN Gate",
        "Add AddKind Del Erase Clear AddTwice SetOrBag Has HasNot Full Depends",
        "Inc Copy Both Later Reset Zero AllLow Some Within Peek",
        "More Known Fresh Push Pop First SetU SetV IsV Hide Flip Reveal",
    )
]
VARIABLES = ("bag", "set", "f", "cnt", "x", "q", "rec", "hidden")
HEADER = Trace("Kitchen", constants={"P": frozenset({a, b})})


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    file: File = tmp_path_factory.mktemp("kitchen") / "Kitchen.tla"
    file.write_text(SPEC, encoding="utf-8")
    return load_spec(cache(find_toolchain), file)


@dataclass
class Cook:
    """Makes logs: walks of the spec, dealt out to processes, and broken."""

    asking: Asking
    random: random.Random

    def traces(self) -> list[Trace]:
        silent = self.silent()
        few = self.few()
        walk = Walk(self.asking, replace(HEADER, silent=silent), lambda: None)
        walk.start()
        state = self.one(walk.states)
        dealt: list[tuple[int, Event, tuple[int, ...]]] = []
        processes = self.random.choice([2, 2, 3])
        seen = [[0] * processes for _ in range(processes)]
        for _ in range(self.random.choice([3, 4, 5, 6, 7 if processes < 3 else 6])):
            if silent and self.random.random() < 0.4:
                state = self.one(walk.closed({state}))
            event, after = self.event(walk, state, few)
            if event is None:
                break
            process = self.random.randrange(processes)
            seen[process][process] += self.random.choice([1, 1, 3])
            for other in range(processes):
                if self.random.random() < 0.25:  # it hears of what the other did
                    pairs = zip(seen[process], seen[other], strict=True)
                    seen[process] = [max(pair) for pair in pairs]
            dealt.append((process, event, tuple(seen[process])))
            state = after
        traces = self.dealt(processes, dealt, silent)
        return self.broken(traces) if self.random.random() < 0.7 else traces

    def few(self) -> list[Call]:
        """Return calls that are likely to be in each other's way."""
        some = self.random.choice([*FAMILIES, CALLS])
        if self.random.random() < 0.6:
            some = [call for call in some if "n" not in (call.arguments or ())]
        return self.random.sample(some, min(len(some), self.random.choice([2, 3, 4])))

    def one(self, states: set[State]) -> State:
        return self.random.choice(sorted(states, key=stable))

    def silent(self) -> tuple[Silent, ...]:
        some = [
            Call("Get", (UNKNOWN,)),
            Call("Flip"),
            Call("Inc", (a,)),
            Call("Add", ("m",)),
            Call("Drop"),
        ]
        picked = self.random.sample(some, self.random.choice([0, 0, 1, 2]))
        return tuple(Silent(c, self.random.choice([None, None, 1])) for c in picked)

    def event(
        self, walk: Walk, state: State, few: list[Call]
    ) -> tuple[Event | None, State]:
        for _ in range(30):
            many = self.random.choice([1, 1, 1, 1, 2])
            steps: list[Step] = self.random.choices(few, k=many)
            if self.random.random() < 0.03:
                steps = [Skip()]
            found = {*walk.plan(Event(1, tuple(steps))).taken(state)}
            if found:
                after = self.one(found)
                seen = self.observations(state, after)
                return Event(1, tuple(map(self.seen_as, steps)), seen), after
        return None, state

    def seen_as(self, step: Step) -> Step:
        if isinstance(step, Skip) or self.random.random() > 0.15:
            return step
        assert isinstance(step, Call)
        seen: list[Step] = [AnyStep(), Call(step.action), step]
        return self.random.choice(seen)

    def observations(self, before: State, after: State) -> tuple[Observation, ...]:
        found = []
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            primed = self.random.random() < 0.7
            made = self.observed(after if primed else before, primed=primed)
            found += [made] if made is not None else []
        return tuple(found)

    def observed(self, state: State, *, primed: bool) -> Observation | None:
        root = self.random.choice([*VARIABLES, "Level", "f", "bag", "set"])
        if root == "Level":
            return Observation(Path(root), Relation.EQUALS, state[7] + state[4], primed)
        value = state[VARIABLES.index(root)]
        if self.random.random() < 0.7 and isinstance(value, Fn | tuple) and value:
            key = self.random.choice(sorted(domain(value), key=stable))
            part = Path(root, selectors=(key,))
            return Observation(part, Relation.EQUALS, apply(value, key), primed)
        if isinstance(value, frozenset) and value and self.random.random() < 0.7:
            one = self.random.choice(sorted(value, key=stable))
            return Observation(Path(root), Relation.CONTAINS, one, primed)
        return Observation(Path(root), Relation.EQUALS, value, primed)

    def dealt(
        self,
        processes: int,
        dealt: Sequence[tuple[int, Event, tuple[int, ...]]],
        silent: tuple[Silent, ...],
    ) -> list[Trace]:
        logs: list[list[Event]] = [[] for _ in range(processes)]
        timed = self.random.random() < 0.3
        clocked = self.random.choice([0.0, 0.0, 0.6, 1.0])
        for place, (process, event, seen) in enumerate(dealt):
            clock = {f"p{n}": count for n, count in enumerate(seen)}
            logs[process].append(
                replace(
                    event,
                    number=len(logs[process]) + 1,
                    process=f"p{process}",
                    time_ns=place if timed else None,
                    clock=clock if self.random.random() < clocked else None,
                )
            )
        if not clocked and self.random.random() < 0.4:
            self.messages(logs, [process for process, _, _ in dealt])
        return [
            replace(HEADER, events=tuple(log), silent=silent, file=f"p{n}.trace")
            for n, log in enumerate(logs)
        ]

    def messages(self, logs: list[list[Event]], order: list[int]) -> None:
        """Name a message from some event to a later one of another log."""
        if len(order) < 2:
            return
        first, second = sorted(self.random.sample(range(len(order)), 2))
        sender, receiver = order[first], order[second]
        sent, got = order[:first].count(sender), order[:second].count(receiver)
        logs[sender][sent] = replace(logs[sender][sent], sent=("m1",))
        logs[receiver][got] = replace(logs[receiver][got], received=("m1",))

    def broken(self, traces: list[Trace]) -> list[Trace]:
        """Change an event's step, exchange two events' steps, or drop some."""
        places = [(n, i) for n, t in enumerate(traces) for i in range(len(t.events))]
        if not places:
            return traces
        events = [[*trace.events] for trace in traces]
        one, other = self.random.choices(places, k=2)
        here, there = events[one[0]][one[1]], events[other[0]][other[1]]
        match self.random.randrange(3):
            case 0:
                events[one[0]][one[1]] = replace(
                    here, steps=(self.random.choice(CALLS),)
                )
            case 1:
                events[one[0]][one[1]] = replace(
                    here, steps=there.steps, observations=there.observations
                )
                events[other[0]][other[1]] = replace(
                    there, steps=here.steps, observations=here.observations
                )
            case _:
                if not here.sent:
                    del events[one[0]][one[1]]
        return [
            replace(trace, events=tuple(own))
            for trace, own in zip(traces, events, strict=True)
        ]


def stable(value: object) -> str:
    """Return a text to sort by, which no hash seed changes."""
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(stable, value)))}}}"
    if isinstance(value, Fn):
        return f"[{', '.join(sorted(stable(each) for each in value.items()))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(stable, value))})"
    return repr(value)


# ------------------------------------------------------------ all interleavings


def comes_before(one: Event, other: Event) -> bool:
    """Whether one event is known to be before another one of another process."""
    if set(one.sent) & set(other.received):
        return True
    if one.clock is None or other.clock is None or one.process is None:
        return False
    return one.clock[one.process] <= other.clock[one.process]


def interleavings(traces: Sequence[Trace]) -> Iterator[list[Event]]:
    """Return the events in every order that logs, clocks and messages allow."""
    for order in shuffled([tuple(trace.events) for trace in traces]):
        later = itertools.combinations(order, 2)
        if not any(comes_before(second, first) for first, second in later):
            yield order


def shuffled(logs: Sequence[tuple[Event, ...]]) -> Iterator[list[Event]]:
    """Return the events in every order that logs by themselves allow."""
    if not any(logs):
        yield []
    for place, log in enumerate(logs):
        if log:
            rest = [*logs[:place], log[1:], *logs[place + 1 :]]
            yield from ([log[0], *order] for order in shuffled(rest))


def by_brute_force(traces: Sequence[Trace], asking: Asking) -> str:
    failed = False
    for order in interleavings(traces):
        walk = Walk(asking, replace(traces[0], events=tuple(order)), lambda: None)
        try:
            if walk.go():
                return "conforms"
        except EvaluationError:
            failed = True
    return "malformed" if failed else "rejected"


def searched(
    execution: Execution, asking: Asking, known: Independence | None = None
) -> tuple[str, list[Place]]:
    """Search, with or without knowing what is independent."""
    walk = Walk(asking, execution.header, lambda: None)
    walk.start()
    search = Interleaving(execution, walk, known)
    if search.found():
        return "conforms", search.order
    return "malformed" if search.failed else "rejected", search.order


def unbounded(trace: Trace) -> Trace:
    return replace(trace, silent=tuple(replace(s, maximum=None) for s in trace.silent))


@pytest.mark.parametrize("part", range(3))
def test_logs_agree_with_brute_force(spec: Spec, part: int) -> None:
    compare(spec, SEED + part, EXECUTIONS // 10)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(20))
def test_many_logs_agree_with_brute_force(spec: Spec, part: int) -> None:
    compare(spec, SEED + 100 + part, EXECUTIONS)


def compare(spec: Spec, seed: int, executions: int) -> None:
    every = every_call()
    asking = Asker.of(spec, every.constants, cache(find_toolchain)).asking([every])
    footprints = EventFootprints(ask(spec, every), asking, cache(find_toolchain))
    cook = Cook(asking, random.Random(seed))  # noqa: S311 - to be repeated
    found = {"conforms": 0, "rejected": 0, "malformed": 0}
    for _ in range(executions):
        traces = cook.traces()
        try:
            execution = gathered(traces)
        except Mistake:  # broken so that clocks or messages are
            continue
        expected = by_brute_force(traces, asking)
        found[expected] += 1
        plain, order = searched(execution, asking)
        assert plain == expected, traces
        if plain == "conforms":
            again = Walk(asking, execution.trace(order), lambda: None)
            assert again.go(), traces
        free = replace(execution, header=unbounded(execution.header))
        whole = by_brute_force([*map(unbounded, traces)], asking)
        reduced, _ = searched(free, asking, footprints.independence(free))
        # An order that need not be tried may be one that has no value.
        assert reduced == whole or {reduced, whole} == {"rejected", "malformed"}, traces
    assert min(found["conforms"], found["rejected"]) > executions // 20, found


def every_call() -> Trace:
    """Return a trace that calls each action in each way that logs do."""
    calls = (*CALLS, *(Call(call.action) for call in CALLS))
    level = Observation(Path("Level"), Relation.EQUALS, 0, primed=True)
    silent = Silent(Call("Get", (UNKNOWN,)))
    return replace(HEADER, events=(Event(1, calls, (level,)),), silent=(silent,))


def test_the_whole_way_gives_the_same(spec: Spec) -> None:
    asker = Asker.of(spec, HEADER.constants, cache(find_toolchain))
    asking = asker.asking([every_call()])
    cook = Cook(asking, random.Random(SEED))  # noqa: S311 - to be repeated
    limits = Limits(explained=0)
    for _ in range(25):
        traces = cook.traces()
        try:
            verdict = decide_together(spec, traces, cache(find_toolchain), limits)
        except Mistake:
            continue
        expected = by_brute_force(traces, asking)
        assert verdict.judgement is Judgement(expected), traces


def test_the_whole_way_gives_the_same_by_what_is_independent(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = every_call()
    asking = Asker.of(spec, every.constants, cache(find_toolchain)).asking([every])
    footprints = EventFootprints(ask(spec, every), asking, cache(find_toolchain))
    monkeypatch.setattr(together, "_QUICK", 0)
    monkeypatch.setattr(together, "_AT_ONCE", 0)
    monkeypatch.setattr(
        "pyspec.conformance.together._Run._independence",
        lambda run, _: footprints.independence(run.execution),
    )
    cook = Cook(asking, random.Random(SEED + 1))  # noqa: S311 - to be repeated
    limits = Limits(explained=0)
    for _ in range(60):
        traces = [bounded(trace) for trace in cook.traces()]
        try:
            verdict = decide_together(spec, traces, cache(find_toolchain), limits)
        except Mistake:
            continue
        both = {verdict.judgement.value, by_brute_force(traces, asking)}
        assert len(both) == 1 or both == {"rejected", "malformed"}, traces


def bounded(trace: Trace) -> Trace:
    return replace(trace, silent=tuple(replace(s, maximum=1) for s in trace.silent))


@pytest.mark.parametrize(
    "logs",
    [
        ["Get m", "Put m"],
        ["Peek m", "Put m"],
        ["Known m", "More m"],
        ["Has n", "Add n"],
        ["AddTwice n", "Add n"],
        ["Pick n", "Add n"],
        ["Take n", "Add n"],
        ["Mark n", "Add n"],
        ["Add n", "NoN"],
        ["Gate n ; sees 1", "Add n"],
        ["Gate n ; sees 0", "Add n"],
        ["Choose a ; Two a", "Add n"],
        ["Choose a ; Within a", "Clear", "Add n"],
        ["Get m", "Put m ; Get m ; Put m"],
        ["GetBoth", "Put n ; Get n ; Put n ; Put m"],
        ["Swap m n", "Put m ; Get m ; Put m"],
        ["Put m", "Drop m ; Get m"],
        ["OrElse m ; sees 1", "Put m"],
        ["Put m ; Put m", "Count m"],
        ["Put m", "Lacks m"],
        ["PutOne", "Lacks m ; Get n"],
        ["PutKind", "Weigh ; PutKind ; Get n"],
        ["Add n", "HasNot n ; Has n"],
        ["Erase n", "Add n ; Has n"],
        ["Clear", "Add n ; Full"],
        ["Inc a", "Zero a"],
        ["Copy a b", "Inc b ; Zero a"],
        ["Reset", "Inc a ; Within a"],
        ["Some 0", "AllLow ; Zero a"],
        ["SetV", "SetU 1 ; IsV 0"],
        ["SetV ; IsV 1", "SetU 1"],
        ["Push m ; Push m", "First m ; Pop ; First n", "Push n"],
        ["Fresh m", "More n ; Known m"],
        ["Hide ; Reveal 0 ; Hide ; Reveal 1", "Reveal 1 ; Reveal 0"],
        ["SetOrBag n", "Has n", "HasNot n"],
        ["Cased n", "Lacks n ; Get n"],
        ["Add n", "Erase n ; Has n"],
        ["Put m", "Get m ; Get m", "Put m"],
    ],
    ids=" | ".join,
)
def test_what_cannot_change_places_is_tried_in_both(
    spec: Spec, logs: list[str]
) -> None:
    every = every_call()
    asking = Asker.of(spec, every.constants, cache(find_toolchain)).asking([every])
    footprints = EventFootprints(ask(spec, every), asking, cache(find_toolchain))
    for order in itertools.permutations(logs):
        traces = [written(log, f"p{n}") for n, log in enumerate(order)]
        execution = gathered(traces)
        assert by_brute_force(traces, asking) == "conforms"
        found, _ = searched(execution, asking, footprints.independence(execution))
        assert found == "conforms"


@pytest.mark.parametrize(
    ("silent", "logs"),
    [
        ("Add n", ["Has n", "Flip"]),
        ("Flip", ["Reveal 0 ; Reveal 1 ; Reveal 0", "Put m"]),
        ("Get m", ["Lacks m", "Put m", "Flip"]),
        ("Erase n", ["Add n ; HasNot n", "Flip"]),
        ("Zero a", ["Inc a", "Flip"]),
    ],
)
def test_silent_steps_make_events_possible(
    spec: Spec, silent: str, logs: list[str]
) -> None:
    every = every_call()
    asking = Asker.of(spec, every.constants, cache(find_toolchain)).asking([every])
    footprints = EventFootprints(ask(spec, every), asking, cache(find_toolchain))
    (step,) = written(silent, "p").events[0].steps
    assert isinstance(step, Call)
    traces = [
        replace(written(log, f"p{n}"), silent=(Silent(step),))
        for n, log in enumerate(logs)
    ]
    execution = gathered(traces)
    found, _ = searched(execution, asking, footprints.independence(execution))
    assert found == by_brute_force(traces, asking) == "conforms"


def written(log: str, process: str) -> Trace:
    """Return the log of `Get m ; sees 1`."""
    events = []
    for number, text in enumerate(log.split(" ; "), 1):
        name, *arguments = text.split()
        steps: tuple[Step, ...] = (Skip(),)
        if name != "sees":
            values = tuple(map(value_of, arguments))
            steps = (Call(name, values or None),)
        seen: tuple[Observation, ...] = ()
        if name == "sees":
            value = int(arguments[0])
            seen = (Observation(Path("x"), Relation.EQUALS, value, primed=False),)
        events.append(Event(number, steps, seen, process=process))
    return replace(HEADER, events=tuple(events))


def value_of(text: str) -> Value:
    if text.isdigit():
        return int(text)
    return {"a": a, "b": b}.get(text, text)
