"""Steps that only one name is in are followed without their states, to the same ones.

What comes of names of actions is held against all states, one after another;
what an action must not be for that, and what a state must not have, is shown.
"""

from __future__ import annotations

import random
from itertools import chain, permutations, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyspec import load
from pyspec.conformance import ask, columns, load_spec, walk
from pyspec.conformance.asking import Asker
from pyspec.conformance.columns import Columns, Moves, moves
from pyspec.conformance.footprint import EVERY, How
from pyspec.conformance.symmetric import Kinds
from pyspec.conformance.walk import Walk
from pyspec.language.runtime.errors import EvaluationError
from pyspec.tla2tools import Config, find_toolchain
from pyspec.trace.model import Call, Event, Observation, Relation, Trace
from pyspec.trace.model import Path as Place
from pyspec.values import ModelValue, fn, record
from pyspec.values.names import Renaming

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyspec.values import Value

    Values = tuple[Value, ...]

# ------------------------------------------------------------ columns

A, B, C = map(ModelValue, ("a", "b", "c"))
X, Y = map(ModelValue, ("x", "y"))
CLASSES = (A, B, C), (X, Y)


def exchanges(classes: Sequence[Sequence[ModelValue]]) -> list[Renaming]:
    """Return all permutations of names within their classes."""
    names = [*chain(*classes)]
    each = product(*map(permutations, classes))
    return [Renaming(dict(zip(names, chain(*some), strict=True))) for some in each]


SWAPS = exchanges(CLASSES)
NAMES = st.sampled_from([A, B, C, X, Y])
SMALL = st.integers(0, 2)
OWN = NAMES | SMALL | st.builds(record, by=NAMES, n=SMALL) | st.tuples(NAMES, SMALL)
VALUES = st.one_of(
    OWN,
    st.frozensets(OWN, max_size=4),
    st.lists(NAMES | SMALL, max_size=3).map(tuple),
    st.dictionaries(OWN, SMALL, max_size=4).map(fn),
    st.dictionaries(NAMES, st.frozensets(NAMES, max_size=2), max_size=2).map(fn),
)
STATES = st.tuples(VALUES, VALUES)


@settings(max_examples=500)
@given(STATES, STATES, st.sampled_from(SWAPS))
def test_a_kind_is_that_of_all_permutations_and_gives_back_one_of_them(
    one: Values, two: Values, swap: Renaming
) -> None:
    nodes = Columns(Kinds(CLASSES))
    kind, _ = nodes.node(one)
    images = [tuple(map(each.of, one)) for each in SWAPS]
    assert (nodes.node(two)[0] == kind) <= (two in images)
    if kind[0] is None:
        return
    assert nodes.node(tuple(map(swap.of, one)))[0] == kind
    assert nodes.states([(kind, None)]) <= {*images}


# ------------------------------------------------------------ steps

GUILD = r"""
---- MODULE Guild ----
EXTENDS Naturals, Sequences, FiniteSets, Bags
CONSTANTS P, T, None
VARIABLES phase, net, mode, held, done, token, line, mixed
vars == <<phase, net, mode, held, done, token, line, mixed>>

Init ==
  /\ phase = [p \in P |-> 0] /\ net = EmptyBag /\ mode = "x"
  /\ held = [by |-> None, n |-> 0] /\ done = {} /\ token = [t \in T |-> 0]
  /\ line = <<>> /\ mixed = {}

Letter(p, what) == [to |-> p, what |-> what]
OnlyPhase == UNCHANGED <<net, mode, held, done, token, line, mixed>>
OnlyNet == UNCHANGED <<phase, mode, held, done, token, line, mixed>>
OnlyMode == UNCHANGED <<phase, net, held, done, token, line, mixed>>
OnlyHeld == UNCHANGED <<phase, net, mode, done, token, line, mixed>>
OnlyDone == UNCHANGED <<phase, net, mode, held, token, line, mixed>>
OnlyToken == UNCHANGED <<phase, net, mode, held, done, line, mixed>>
OnlyLine == UNCHANGED <<phase, net, mode, held, done, token, mixed>>
OnlyMixed == UNCHANGED <<phase, net, mode, held, done, token, line>>

\* Of one name each.
Go(p) == phase[p] < 2 /\ phase' = [phase EXCEPT ![p] = @ + 1] /\ OnlyPhase
Send(p) ==
  /\ ~BagIn(Letter(p, "b"), net)
  /\ net' = net (+) SetToBag({Letter(p, IF mode = "x" THEN "a" ELSE "b")})
  /\ OnlyNet
Answer(p) ==
  /\ BagIn(Letter(p, "a"), net) /\ net' = net (-) SetToBag({Letter(p, "a")})
  /\ done' = done \cup {p}
  /\ UNCHANGED <<phase, mode, held, token, line, mixed>>
Guess(p) == phase' \in {[phase EXCEPT ![p] = n] : n \in {0, 2}} /\ OnlyPhase
Set(p) == \E n \in 0..2 : n # phase[p] /\ phase' = [phase EXCEPT ![p] = n] /\ OnlyPhase
Token(t) == token[t] = 0 /\ token' = [token EXCEPT ![t] = 1] /\ OnlyToken
Lose(m) == BagIn(m, net) /\ net' = net (-) SetToBag({m}) /\ OnlyNet
Word(m) == <<m>> \notin mixed /\ mixed' = mixed \cup {<<m>>} /\ OnlyMixed
Odd(p) ==
  /\ phase' = [phase EXCEPT ![p] = 2]
  /\ \/ mixed' = mixed \cup {<<p>>}
     \/ mixed' = mixed \cup {{p}}
  /\ UNCHANGED <<net, mode, held, done, token, line>>
Fine(p) == phase[p] = 1 /\ <<p>> \notin mixed /\ UNCHANGED vars

\* Drawn for nobody.
Flip == mode' = (IF mode = "x" THEN "y" ELSE "x") /\ OnlyMode
Tick == held.n < 2 /\ held' = [held EXCEPT !.n = @ + 1] /\ OnlyHeld

\* Of one name if no name is elsewhere.
Hold(p) == held.by = None /\ held' = [held EXCEPT !.by = p] /\ OnlyHeld
Free(p) == held.by = p /\ held' = [held EXCEPT !.by = None] /\ OnlyHeld
Other(p) ==
  held.by # p /\ phase[p] = 2 /\ phase' = [phase EXCEPT ![p] = 0] /\ OnlyPhase
Note(p) == Len(line) < 2 /\ line' = Append(line, p) /\ OnlyLine
Alone(p) ==
  Cardinality(done) = 1 /\ p \in done /\ phase' = [phase EXCEPT ![p] = 0] /\ OnlyPhase
Join(p) == done' \in {done, done \cup {p}} /\ OnlyDone
Full(p) == done = P /\ done' = done \ {p} /\ OnlyDone

\* Of several names.
Same(p) == p \notin done /\ done' = done \cup {q \in P : phase[q] = 2} /\ OnlyDone
Every(p) == p \in done /\ done' = done \cup P /\ OnlyDone
Both(p) ==
  \E t \in T : token[t] = 1 /\ token' = [token EXCEPT ![t] = 0] /\ phase[p] = 1
    /\ phase' = [phase EXCEPT ![p] = 2]
    /\ UNCHANGED <<net, mode, held, done, line, mixed>>
Pair(p) ==
  \E q \in P :
    /\ p # q /\ phase[p] = phase[q]
    /\ phase' = [phase EXCEPT ![p] = 2, ![q] = 1] /\ OnlyPhase
Pass(p) ==
  \E q \in P :
    <<p, q>> \notin mixed /\ mixed' = mixed \cup {<<p, q>>} /\ OnlyMixed
Take == \E p \in done : done' = done \ {p} /\ OnlyDone
All == (\A p \in P : phase[p] > 0) /\ phase' = [p \in P |-> 0] /\ OnlyPhase

Letters == {Letter(p, "a") : p \in P} \cup {Letter(p, "b") : p \in P}
Never == FALSE /\ UNCHANGED vars
Next ==
  \/ \E p \in P :
     \/ Go(p) \/ Send(p) \/ Answer(p) \/ Guess(p) \/ Set(p) \/ Hold(p) \/ Free(p)
     \/ Other(p) \/ Note(p) \/ Join(p) \/ Alone(p) \/ Full(p) \/ Same(p)
     \/ Every(p) \/ Both(p) \/ Pair(p) \/ Pass(p)
  \/ \E t \in T : Token(t)
  \/ \E m \in [to : P, what : {"a", "b"}] : Lose(m)
  \/ \E m \in {"w"} \cup P : Word(m)
  \/ Flip \/ Tick \/ Take \/ All \/ Never
Loose == Next \/ \E p \in P : Odd(p) \/ Fine(p)
====
"""
CROWDS = [*map(ModelValue, ("p1", "p2", "p3"))], [*map(ModelValue, ("t1", "t2"))]
EXCHANGES = exchanges(CROWDS)
OF_ONE = {"Go", "Send", "Answer", "Set", "Token", "Lose"}
OF_ONE_AT_TIMES = {
    "Guess",
    "Hold",
    "Free",
    "Other",
    "Note",
    "Alone",
    "Join",
    "Full",
    "Same",
    "Word",
}
OF_SEVERAL = {"Every", "Both", "Pair", "Pass"}


class Guild:
    """Traces of names of actions that end with one which is impossible."""

    def __init__(self, folder: Path, seed: int, next_: str = "Next") -> None:
        module = folder / "Guild.tla"
        module.write_text(GUILD)
        self.toolchain = find_toolchain()
        self.constants: dict[str, Value] = {
            "P": frozenset(CROWDS[0]),
            "T": frozenset(CROWDS[1]),
            "None": ModelValue("none"),
        }
        config = Config(init="Init", next=next_, constants=self.constants)
        self.spec = load(module, config)
        self.facts = load_spec(self.toolchain, module, config)
        self.random = random.Random(seed)  # noqa: S311 - to be repeated
        self.asker = Asker.of(self.facts, self.constants, lambda: self.toolchain)

    def trace(self, names: Sequence[str], observed: float = 0.0) -> Trace:
        """Return a trace of which so many events observe the mode."""
        events = [
            Event(
                n, (Call(name),), self.mode() if self.random.random() < observed else ()
            )
            for n, name in enumerate([*names, "Never"], 1)
        ]
        return Trace("Guild", tuple(events), constants=self.constants)

    def mode(self) -> tuple[Observation, ...]:
        primed = self.random.random() < 0.5
        return (Observation(Place("mode"), Relation.EQUALS, "x", primed=primed),)

    def names(self, length: int) -> list[str]:
        state = next(iter(self.spec.initial_states()))
        found: list[str] = []
        while len(found) < length:
            steps = [s for s in self.spec.successors(state) if s.state != state]
            name = self.random.choice(sorted({step.action for step in steps}))
            state = self.random.choice([s for s in steps if s.action == name]).state
            found.append(name)
        return found

    def walked(self, trace: Trace, *, whole: bool) -> Walk:
        question = ask(self.facts, trace)
        way = Walk(
            self.asker.asking([question.trace]), trace, lambda: None, whole=whole
        )
        assert not way.go()
        return way

    def differs(self, trace: Trace) -> bool:
        """Whether what is reached, or how far, is not as of all states."""
        plain, ours = self.walked(trace, whole=False), self.walked(trace, whole=True)
        if plain.matched != ours.matched or not ours.states <= plain.states:
            return True
        return plain.states != {
            tuple(map(each.of, state)) for state in ours.states for each in EXCHANGES
        }


@pytest.fixture
def guild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guild:
    monkeypatch.setattr(walk, "_FEW", 0)
    monkeypatch.setattr(walk, "_MANY", 1)
    return Guild(tmp_path, seed=20261121)


@pytest.mark.java
@pytest.mark.parametrize("enough", [columns._ENOUGH, 3])
def test_the_same_kinds_are_reached_as_by_all_states(
    guild: Guild, monkeypatch: pytest.MonkeyPatch, enough: int
) -> None:
    monkeypatch.setattr(columns, "_ENOUGH", enough)
    for _ in range(40):
        names = guild.names(guild.random.randrange(2, 9))
        assert not guild.differs(guild.trace(names, observed=0.15))


@pytest.mark.java
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(20))
def test_the_same_kinds_are_reached_by_many_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(walk, "_FEW", 0)
    monkeypatch.setattr(walk, "_MANY", 1)
    guild = Guild(tmp_path, seed)
    for _ in range(100):
        names = guild.names(guild.random.randrange(2, 10))
        assert not guild.differs(guild.trace(names, observed=0.1))


@pytest.mark.java
def test_actions_are_of_one_name_or_of_several(guild: Guild) -> None:
    asking = guild.asker.asking([guild.trace([])])
    reader = asking.reader()
    assert reader is not None

    def own(action: str) -> Moves | None:
        name = asking.names[action, (False,)]
        return moves(CROWDS, reader.drawn(name, ()), {}, lambda *_: ())

    found = {action: own(action) for action in OF_ONE | OF_ONE_AT_TIMES | OF_SEVERAL}
    assert {a for a, each in found.items() if each is None} == OF_SEVERAL
    unless_named = {a for a, each in found.items() if each is not None and each.whole}
    assert unless_named == OF_ONE_AT_TIMES | {"Send"}  # which looks at the mode
    for action in ("Take", "All", "Flip"):
        assert reader.drawn(asking.names[action, ()], ()) is None


@pytest.mark.java
def test_what_is_added_is_known_whichever_way_an_if_goes(guild: Guild) -> None:
    reader = guild.asker.asking([guild.trace([])]).reader()
    assert reader is not None
    one = ModelValue("p1")
    letters = [(1, record(to=one, what=what)) for what in "ab"]
    found = reader.action("Send", (one,))
    assert {cell for cell, how in found.items() if how & How.ADD} == {*letters}
    assert found[2, EVERY] == How.READ


@pytest.mark.java
def test_what_has_no_value_because_of_another_name_is_not_taken_for_what_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """<<p>> can be compared with <<q>> and not with {q}; both are columns of others."""
    monkeypatch.setattr(walk, "_FEW", 0)
    monkeypatch.setattr(walk, "_MANY", 1)
    guild = Guild(tmp_path, 1, "Loose")
    trace = guild.trace(["Join", "Odd", "Go", "Fine"])
    for whole in (False, True):
        with pytest.raises(EvaluationError, match="cannot be compared"):
            guild.walked(trace, whole=whole)
    monkeypatch.setattr(Columns, "_bits", lambda *_: 0)
    guild.walked(trace, whole=True)


@pytest.mark.java
def test_names_that_are_elsewhere_matter(
    guild: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a name is alone is no matter of its own column."""
    trace = guild.trace(["Join", "Join", "Alone"])
    assert not guild.differs(trace)
    monkeypatch.setattr(Columns, "_has_names", lambda *_: False)
    assert guild.differs(trace)
