"""States that differ only in names are looked at once, and no verdict changes.

What is decided by kinds of states, and depth first, is decided again by all
states one after another; and what counts as one kind is held against all
permutations of the names.
"""

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec import load
from pyspec.conformance import ask, load_spec, walk
from pyspec.conformance.asking import Asker
from pyspec.conformance.symmetric import Kinds, alike
from pyspec.conformance.walk import Walk
from pyspec.explore.limits import Stopped
from pyspec.tla2tools import Config, find_toolchain
from pyspec.trace.model import UNKNOWN, AnyStep, Call, Event, Silent, Trace
from pyspec.values import ModelValue, fn, record
from pyspec.values.names import Renaming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.conformance import Question
    from pyspec.values import Value

    Values = tuple[Value, ...]

COMMIT = Path(__file__).parents[2] / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"

# ------------------------------------------------------------ what is one kind

A, B, C = map(ModelValue, ("a", "b", "c"))
X, Y = map(ModelValue, ("x", "y"))
CLASSES = (A, B, C), (X, Y)
NAMES = st.sampled_from([A, B, C, X, Y])
ATOMS = NAMES | st.integers(0, 2) | st.sampled_from(["s", "t"])
VALUES = st.recursive(
    ATOMS,
    lambda inside: st.one_of(
        st.frozensets(inside, max_size=3),
        st.lists(inside, max_size=3).map(tuple),
        st.dictionaries(inside, inside, max_size=3).map(fn),
    ),
    max_leaves=6,
)
STATES = st.tuples(VALUES, VALUES)
SWAPS = [
    Renaming(dict(zip((A, B, C, X, Y), (*one, *two), strict=True)))
    for one in permutations((A, B, C))
    for two in permutations((X, Y))
]


@settings(max_examples=400)
@given(STATES, STATES, st.sampled_from(SWAPS))
def test_states_of_one_kind_are_permutations_of_each_other(
    one: Values, two: Values, swap: Renaming
) -> None:
    kinds = Kinds(CLASSES)
    for other in (two, swap.of(one)):
        if kinds.kind(one) == kinds.kind(other):
            assert any(each.of(one) == other for each in SWAPS)


@settings(max_examples=400)
@given(st.lists(st.tuples(NAMES, st.integers(0, 2)), max_size=5), st.data())
def test_permutations_are_of_one_kind_where_no_element_has_two_names(
    pairs: list[tuple[ModelValue, int]], data: st.DataObject
) -> None:
    phases = fn({name: dict(pairs).get(name, 0) for name in (A, B, C)})
    sent = frozenset(record(by=name, count=count) for name, count in pairs)
    state = (phases, sent, frozenset(name for name, _ in pairs))
    swapped = data.draw(st.sampled_from(SWAPS)).of(state)
    kinds = Kinds(CLASSES)
    assert kinds.kind(state) == kinds.kind(swapped)


def test_what_a_name_does_tells_it_apart() -> None:
    kinds = Kinds([(A, B, C)])
    alone = fn({A: "on", B: "off", C: "off"})
    assert kinds.kind((alone, frozenset({A}))) != kinds.kind((alone, frozenset({B})))
    assert kinds.kind((alone, frozenset({B}))) == kinds.kind((alone, frozenset({C})))
    assert kinds.kind((A, A)) != kinds.kind((A, B))


@settings(max_examples=400)
@given(STATES, VALUES)
def test_what_is_spare_can_be_exchanged_for_what_is_not(
    state: Values, value: Value
) -> None:
    is_spare = Kinds(CLASSES).spare(state)
    if is_spare is None or not is_spare(value):
        return
    images = [s.of(value) for s in SWAPS if s.of(state) == state]
    assert any(not is_spare(image) for image in images)


def test_only_names_that_nobody_mentions_are_alike() -> None:
    everybody = frozenset({A, B, C})
    assert alike([everybody], []) == ((A, B, C),)
    assert alike([everybody], [fn({"leader": B})]) == ((A, C),)
    assert alike([everybody, C], []) == ((A, B),)
    pairs = frozenset({frozenset({A, B}), frozenset({B, C}), frozenset({A, C})})
    assert alike([everybody, pairs], []) == ((A, B, C),)
    ring = fn({A: B, B: C, C: A})
    assert alike([everybody, ring], []) == ()
    assert alike([everybody, frozenset({X, Y})], []) == ((A, B, C), (X, Y))


# ------------------------------------------------------------ verdicts

CROWD = r"""
---- MODULE Crowd ----
EXTENDS Naturals, Sequences, FiniteSets
CONSTANTS P, None
VARIABLES phase, sent, owner, seen, line
vars == <<phase, sent, owner, seen, line>>

Init ==
  /\ phase = [p \in P |-> 0]
  /\ sent = {} /\ owner = None /\ seen = [p \in P |-> {}] /\ line = <<>>

Step(p) ==
  /\ phase[p] < 2
  /\ phase' = [phase EXCEPT ![p] = @ + 1]
  /\ UNCHANGED <<sent, owner, seen, line>>
Send(p, q) ==
  /\ p # q /\ phase[p] = 1 /\ Cardinality(sent) < 3
  /\ sent' = sent \cup {<<p, q>>}
  /\ UNCHANGED <<phase, owner, seen, line>>
Take ==
  \E m \in sent :
    /\ sent' = sent \ {m}
    /\ seen' = [seen EXCEPT ![m[2]] = @ \cup {m[1]}]
    /\ UNCHANGED <<phase, owner, line>>
Own ==
  /\ owner' \in {p \in P : phase[p] < 2}
  /\ \E q \in P : q # owner' /\ phase' = [phase EXCEPT ![q] = 0]
  /\ UNCHANGED <<sent, seen, line>>
Pair ==
  \E p \in P : \E q \in P :
    /\ p # q /\ phase[p] = phase[q] /\ phase[p] < 2
    /\ phase' = [phase EXCEPT ![p] = 2, ![q] = 1]
    /\ UNCHANGED <<sent, owner, seen, line>>
Either ==
  /\ \/ \E p \in P : owner' = p
     \/ owner' = None
  /\ \E q \in P : line' = Append(line, q) /\ Len(line) < 2
  /\ UNCHANGED <<phase, sent, seen>>
Far ==
  /\ owner # None /\ line # <<>> /\ owner # line[Len(line)]
  /\ owner' = None
  /\ UNCHANGED <<phase, sent, seen, line>>
All ==
  /\ \A p \in P : phase[p] = 2
  /\ phase' = [p \in P |-> 0]
  /\ UNCHANGED <<sent, owner, seen, line>>
First == CHOOSE p \in P : TRUE
Lead ==
  /\ owner' = First /\ phase[First] = 1
  /\ UNCHANGED <<phase, sent, seen, line>>
Even ==
  /\ owner = None \/ phase[owner] # 1
  /\ owner' = None
  /\ UNCHANGED <<phase, sent, seen, line>>
Calm ==
  \/ \E p \in P : Step(p)
  \/ \E p, q \in P : Send(p, q)
  \/ Take
  \/ Own
  \/ Pair
  \/ Either
  \/ All
  \/ Far
  \/ Even
Next == Calm \/ Lead
====
"""


class Crowd:
    """Traces of names of actions, and what is said of them."""

    def __init__(self, folder: Path, next_: str, seed: int) -> None:
        module = folder / "Crowd.tla"
        module.write_text(CROWD)
        self.toolchain = find_toolchain()
        self.constants: dict[str, Value] = {
            "P": frozenset(map(ModelValue, ("p1", "p2", "p3"))),
            "None": ModelValue("none"),
        }
        config = Config(init="Init", next=next_, constants=self.constants)
        self.spec = load(module, config)
        self.facts = load_spec(self.toolchain, module, config)
        self.random = random.Random(seed)  # noqa: S311 - to be repeated

    def question(self) -> Question:
        names = self.names(self.random.randrange(3, 8))
        for _ in range(self.random.randrange(3)):
            place = self.random.randrange(len(names))
            del names[place]
            names.insert(self.random.randrange(len(names) + 1), "Take")
        events = [Event(n, (self.call(name),)) for n, name in enumerate(names, 1)]
        silent = (Silent(Call("Step"), 1),) if self.random.random() < 0.3 else ()
        trace = Trace("Crowd", tuple(events), constants=self.constants, silent=silent)
        return ask(self.facts, trace)

    def call(self, name: str) -> Call | AnyStep:
        """Sometimes one argument is known, sometimes nothing is."""
        if self.random.random() < 0.15:
            return AnyStep()
        if name == "Send" and self.random.random() < 0.2:
            return Call(name, (ModelValue("p2"), UNKNOWN))
        return Call(name)

    def names(self, length: int) -> list[str]:
        state = next(iter(self.spec.initial_states()))
        found: list[str] = []
        while len(found) < length:
            steps = [s for s in self.spec.successors(state) if s.state != state]
            name = self.random.choice(sorted({step.action for step in steps}))
            step = self.random.choice([s for s in steps if s.action == name])
            found.append(name)
            state = step.state
        return found

    def said(
        self, questions: Sequence[Question], *, whole: bool
    ) -> list[tuple[bool, int, bool]]:
        asker = Asker.of(self.facts, self.constants, lambda: self.toolchain)
        asking = asker.asking([question.trace for question in questions])
        found: list[tuple[bool, int, bool]] = []
        for question in questions:
            way = Walk(asking, question.trace, lambda: None, whole=whole)
            found.append((way.go(), way.matched, way.by_kinds))
        return found


@pytest.mark.java
@pytest.mark.parametrize(("next_", "many"), [("Calm", 1), ("Calm", 10**6), ("Next", 1)])
def test_no_verdict_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, next_: str, many: int
) -> None:
    crowd = Crowd(tmp_path, next_, seed=20261121)
    questions = [crowd.question() for _ in range(100)]
    plain = crowd.said(questions, whole=False)
    monkeypatch.setattr(walk, "_FEW", 0)
    monkeypatch.setattr(walk, "_MANY", many)
    ours = crowd.said(questions, whole=True)
    assert [each[:2] for each in ours] == [each[:2] for each in plain]
    assert 10 < sum(fits for fits, _, _ in ours) < 90
    # Next has an action that chooses among all of them, and none is like another.
    assert (sum(by_kinds for _, _, by_kinds in ours) > 60) == (next_ == "Calm")
    assert not any(by_kinds for _, _, by_kinds in plain)


@pytest.mark.java
@pytest.mark.parametrize("first", ["Either", "Pair"])
def test_of_two_names_that_are_drawn_only_one_is_any_of_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Far needs two that differ; Pair cannot happen otherwise."""
    monkeypatch.setattr(walk, "_FEW", 0)
    crowd = Crowd(tmp_path, "Calm", seed=1)
    names = {"Either": ["Either", "Far"], "Pair": ["Pair"]}[first]
    events = tuple(Event(n, (Call(name),)) for n, name in enumerate(names, 1))
    trace = Trace("Crowd", events, constants=crowd.constants)
    assert crowd.said([ask(crowd.facts, trace)], whole=True) == [
        (True, len(names), True)
    ]


LEADERS = r"""
---- MODULE Leaders ----
EXTENDS Naturals
CONSTANTS P, TheLeader, Nobody
VARIABLES col, best
vars == <<col, best>>

Init == col = [p \in P |-> 0] /\ best = Nobody
Begin == best' = (CHOOSE v \in {TheLeader, Nobody} : TRUE) /\ UNCHANGED col
Red(p) == p # TheLeader /\ col[p] = 0 /\ col' = [col EXCEPT ![p] = 1] /\ UNCHANGED best
Blue(p) == p # TheLeader /\ col[p] = 0 /\ col' = [col EXCEPT ![p] = 2] /\ UNCHANGED best
Choose(p) ==
  /\ col[p] = 2
  /\ best' = CHOOSE v \in {p, TheLeader} : TRUE
  /\ UNCHANGED col
Won(p) == col[p] = 2 /\ best = p /\ UNCHANGED vars
Next == Begin \/ \E p \in P : Red(p) \/ Blue(p) \/ Choose(p) \/ Won(p)
====
"""


@pytest.mark.java
@pytest.mark.parametrize("colours", [("Red", "Blue"), ("Blue", "Red")])
def test_who_was_chosen_before_may_be_chosen_before_others_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, colours: tuple[str, str]
) -> None:
    """p1 comes before the leader p2, and p3 does not: they are not alike."""
    monkeypatch.setattr(walk, "_FEW", 0)
    p1, p2, p3 = map(ModelValue, ("p1", "p2", "p3"))
    constants: dict[str, Value] = {
        "P": frozenset({p1, p2, p3}),
        "TheLeader": p2,
        "Nobody": ModelValue("nobody"),
    }
    module = tmp_path / "Leaders.tla"
    module.write_text(LEADERS)
    spec = load_spec(find_toolchain(), module)
    names = ["Begin", *colours, "Choose", "Won"]
    events = tuple(Event(n, (Call(name),)) for n, name in enumerate(names, 1))
    trace = Trace("Leaders", events, constants=constants)
    asker = Asker(spec, constants, find_toolchain)
    way = Walk(asker.asking([trace]), trace, lambda: None, whole=True)
    assert (way.go(), way.matched) == (True, 5)


@pytest.mark.java
def test_sixteen_resource_managers_are_few_kinds_of_states() -> None:
    """One vote is received that nobody sent; there are 16! ways to name the RMs."""
    managers = frozenset(ModelValue(f"r{n}") for n in range(1, 17))
    calls = ["TMSendPrepare"] * 16 + ["RMPrepare"] * 15 + ["TMRcvPrepared"] * 15
    toolchain = find_toolchain()
    spec = load_spec(toolchain, COMMIT)
    for last, fits in (("RMPrepare", True), ("TMRcvPrepared", False)):
        events = [Event(n, (Call(c),)) for n, c in enumerate([*calls, last], 1)]
        constants = {"RM": managers}
        trace = Trace("TwoPhaseCommit", tuple(events), constants=constants)
        question = ask(spec, trace)
        asking = Asker.of(spec, constants, lambda: toolchain).asking([question.trace])
        way = Walk(asking, question.trace, lambda: None, whole=True)
        assert (way.go(), way.matched) == (fits, 46 + fits)


@pytest.mark.java
def test_more_states_than_anybody_may_go_on_from_are_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(tmp_path, "Calm", seed=1)
    events = [Event(n, (AnyStep(),)) for n in range(1, 8)]
    events += [Event(n, (Call("All"),)) for n in (8, 9)]
    trace = Trace("Crowd", tuple(events), constants=crowd.constants)
    asker = Asker.of(crowd.facts, crowd.constants, lambda: crowd.toolchain)
    way = Walk(asker.asking([trace]), trace, lambda: None, whole=True)
    monkeypatch.setattr(walk, "MOST_STATES", 100)
    monkeypatch.setattr(walk, "_MANY", 50)
    with pytest.raises(Stopped, match="100"):
        way.go()
