r"""Events that are deemed independent can change places, in any state.

Whatever TLA+ can be said in: LET, LAMBDA, recursive operators, CHOOSE, ENABLED,
instances, EXCEPT of parts and @, primed guards, several assignments.  Each pair
of events is held to the steps that the spec has from random states, which need
not be reachable: what is read off the spec is true whatever the state.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import pytest

from pyspec.conformance import ask, load_spec
from pyspec.conformance.asking import Asker
from pyspec.conformance.causality import gathered
from pyspec.conformance.event_footprints import EventFootprints
from pyspec.conformance.footprint import EVERY, How
from pyspec.conformance.independence import Independence
from pyspec.conformance.interleaving import Interleaving
from pyspec.conformance.walk import Walk
from pyspec.language.runtime.errors import EvaluationError
from pyspec.tla2tools import Config, find_toolchain
from pyspec.trace import parse_trace
from pyspec.values import FALSE, TRUE, ModelValue, fn, record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyspec.conformance.footprint import Footprint
    from pyspec.language.state import State
    from pyspec.trace.model import Event, Trace

pytestmark = pytest.mark.java

SPEC = r"""---- MODULE Attic ----
EXTENDS Integers, Sequences, FiniteSets, Bags, TLC
CONSTANTS P, a, b
VARIABLES bag, set, net, f, g, cnt, x, y, q, flag
vars == <<bag, set, net, f, g, cnt, x, y, q, flag>>
M == {"m", "n"}
One(m) == SetToBag({m})
Letter(to, m) == [to |-> to, what |-> m]
Init ==
  /\ bag = EmptyBag /\ set = {} /\ net = {} /\ f = [p \in P |-> 0] /\ cnt = <<>>
  /\ g = [p \in P |-> [u |-> 0, v |-> 0]] /\ x = 0 /\ y = 0 /\ q = <<>> /\ flag = FALSE

RECURSIVE Sum(_, _)
Sum(h, S) ==
  IF S = {} THEN 0 ELSE LET p == CHOOSE p \in S : TRUE IN h[p] + Sum(h, S \ {p})
Half[n \in 0..9] == IF n < 2 THEN 0 ELSE 1 + Half[n - 2]
Given(Op(_), n) == Op(n)
Set(v, n) == v' = n
Both(A, B) == A /\ B
Pick(c, A, B) == IF c THEN A ELSE B
S == INSTANCE Shelf WITH s <- set, n <- x
OnlyBag == UNCHANGED <<set, net, f, g, cnt, x, y, q, flag>>
OnlySet == UNCHANGED <<bag, net, f, g, cnt, x, y, q, flag>>
OnlyNet == UNCHANGED <<bag, set, f, g, cnt, x, y, q, flag>>
OnlyF == UNCHANGED <<bag, set, net, g, cnt, x, y, q, flag>>
OnlyG == UNCHANGED <<bag, set, net, f, cnt, x, y, q, flag>>
OnlyCnt == UNCHANGED <<bag, set, net, f, g, x, y, q, flag>>
OnlyX == UNCHANGED <<bag, set, net, f, g, cnt, <<y, q>>, flag>>
OnlyQ == UNCHANGED <<bag, set, net, f, g, cnt, x, y, flag>>

\* Bags.
Put(m) == bag' = One(m) (+) bag /\ OnlyBag
Take(m) == BagIn(m, bag) /\ bag' = bag (-) One(m) /\ OnlyBag
TakeBoth(m) == Both(BagIn(m, bag), bag' = bag (-) One(m)) /\ OnlyBag
Mix(m) == m \in DOMAIN bag /\ bag' = [bag EXCEPT ![m] = 1] (+) One(m) /\ OnlyBag
Drop(m) == bag' = bag (-) One(m) /\ OnlyBag
TakeTwo(m) == BagIn(m, bag) /\ bag' = bag (-) (m :> 2) /\ OnlyBag
TakeBack(m) == BagIn(m, bag) /\ bag' = (bag (-) One(m)) (-) One(m) /\ OnlyBag
PutBack(m) == BagIn(m, bag) /\ bag' = (bag (-) One(m)) (+) One("n") /\ OnlyBag
PutFew(m) == bag' = bag (+) One(m) /\ BagCardinality(bag') < 3 /\ OnlyBag
TakeIf(m) ==
  BagIn(m, bag) /\ bag' = (IF x = 1 THEN bag (-) One(m) ELSE bag) /\ OnlyBag
PutHead == q # <<>> /\ bag' = bag (+) One(Head(q)) /\ OnlyBag
Double == bag' = bag (+) bag /\ OnlyBag
See(m) == (LET there == BagIn(m, bag) IN there) /\ UNCHANGED vars
SeeTwo(m) == CopiesIn(m, bag) > 1 /\ UNCHANGED vars

\* Sets.
Add(m) == S!Put(m) /\ OnlySet
AddPlain(m) == set' = {m} \cup set /\ OnlySet
AddTwice(m) == set' = set \cup {m} /\ set' = set \cup {"n"} /\ OnlySet
shelves == <<set>>
AddNone(m) == UNCHANGED shelves /\ set' = set \cup {m} /\ OnlySet
AddAll == (\A r \in net : set' = set \cup {r.what}) /\ OnlySet
AddHead == q # <<>> /\ set' = set \cup {Head(q)} /\ OnlySet
AddEach == (\A m \in M : set' = set \cup {m}) /\ OnlySet
AddIf(m) == set' = (IF x = 1 THEN set \cup {m} ELSE set) /\ OnlySet
Del(m) == set' = set \ {m} /\ OnlySet
DelAdd(m) == set' = (set \ {m}) \cup {"n"} /\ OnlySet
Clear == set' = {} /\ OnlySet
Meet(m) == set' = set \cap {m} /\ OnlySet
Either(m) == set' \in {set, {m}} /\ OnlySet
Has(m) == S!Has(m) /\ UNCHANGED vars
HasPlain(m) == m \in set /\ UNCHANGED vars
HasNot(m) == ~(m \in set) /\ UNCHANGED vars
HasByName(m) == Given(LAMBDA z : z \in set, m) /\ UNCHANGED vars
Small == Cardinality(set) < 2 /\ UNCHANGED vars
Same == (\A m \in set : m \in DOMAIN cnt) /\ UNCHANGED vars
Now(m) == set' = set \cup {m} /\ "n" \in set' /\ OnlySet

\* Letters.
Send(p, m) == net' = net \cup {Letter(p, m)} /\ OnlyNet
Receive(p) ==
  \E r \in net :
    r.to = p /\ f' = [f EXCEPT ![p] = IF r.what = "m" THEN 1 ELSE 2] /\ OnlyF
Expect(p, m) == Letter(p, m) \in net /\ UNCHANGED vars
Lose(p) == net' = {r \in net : r.to # p} /\ OnlyNet
Forward(p) == net' = net \cup {Letter(p, z) : z \in set} /\ OnlyNet
Draw ==
  \E <<p, m>> \in P \X set : f' = [f EXCEPT ![p] = IF m = "m" THEN 1 ELSE 2] /\ OnlyF

\* Functions, records and sequences.
Inc(p) == f' = [f EXCEPT ![p] = (@ + 1) % 3] /\ OnlyF
Swap == f' = [f EXCEPT ![a] = f[b], ![b] = f[a]] /\ OnlyF
Chain(p) == f' = [[f EXCEPT ![p] = 1] EXCEPT ![b] = y] /\ OnlyF
Reset == f' = [p \in P |-> x] /\ OnlyF
FromSum(p) == f' = [f EXCEPT ![p] = Sum(f, P) % 3] /\ OnlyF
ByIf(p) == f' = (IF y = 1 THEN [f EXCEPT ![p] = 2] ELSE f) /\ OnlyF
At(p) == f[p] = 1 /\ UNCHANGED vars
AtNext(p) == f' = [f EXCEPT ![p] = 1] /\ f'[a] = 1 /\ OnlyF
AtEnd(p) == f' = [f EXCEPT ![p] = 1] /\ f' = [f EXCEPT ![b] = 0] /\ OnlyF
All == (\E p \in P : f[p] = 2) /\ UNCHANGED vars
Of(h, p) == h[p]
ByName(p) == Of(f, p) = 0 /\ UNCHANGED vars
Part(p) == g' = [g EXCEPT ![p].u = 1] /\ OnlyG
Field(p) == g' = [g EXCEPT ![p][IF x = 0 THEN "u" ELSE "v"] = @ + f[p]] /\ OnlyG
SeePart(p) == g[p].u = 1 /\ UNCHANGED vars
Count(m) ==
  /\ cnt' = (IF m \in DOMAIN cnt THEN [cnt EXCEPT ![m] = 1] ELSE cnt @@ (m :> f[a]))
  /\ OnlyCnt
First(m) == cnt' = (m :> x) @@ cnt /\ OnlyCnt
Known(m) == m \in DOMAIN cnt /\ UNCHANGED vars
Unknown(m) == m \notin DOMAIN cnt /\ UNCHANGED vars
Push(m) == Len(q) < 3 /\ q' = Append(q, m) /\ OnlyQ
Pop == q # <<>> /\ q' = Tail(q) /\ OnlyQ
Mend(m) == q # <<>> /\ q' = [q EXCEPT ![1] = m] /\ OnlyQ
Front(m) == q # <<>> /\ q[1] = m /\ UNCHANGED vars
Filter == q' = SelectSeq(q, LAMBDA z : z \in set) /\ OnlyQ

\* Numbers, and how actions are put together.
SetX(n) == Set(x, n) /\ OnlyX
Choose == x' = (CHOOSE n \in 0..2 : n >= y) /\ OnlyX
Halve == x' = Half[y] /\ OnlyX
Guess == x' \in {0, y} /\ OnlyX
Quiet == (x' = 1) = flag /\ x' = 1 /\ OnlyX
Imply == (flag => x' = 1) /\ (~flag => x' = 0) /\ OnlyX
Random == x' = RandomElement({0, 1}) /\ OnlyX
Late == x' \in {0, 1, 2} /\ ~(x' = y) /\ OnlyX
CanStep == (ENABLED (y = 1 /\ x' = 2)) /\ UNCHANGED vars
Flip == flag' = ~flag /\ UNCHANGED <<bag, set, net, f, g, cnt, x, y, q>>
SetY(n) == y' = n /\ UNCHANGED <<bag, set, net, f, g, cnt, x, q, flag>>
Wide == Pick(flag, Put("m"), Add("m"))
Arms == CASE flag -> Inc(a) [] y = 1 -> Inc(b) [] OTHER -> UNCHANGED vars
Sure(m) == IF m \in set THEN m \in set /\ SetX(1) ELSE m \in set /\ SetX(2)
Unsure(m) == IF m \in set \/ m \in DOMAIN cnt THEN m \in set /\ SetX(1) ELSE SetX(2)
Half2(m) == IF m \in set /\ y = 1 THEN m \in set /\ SetX(1) ELSE m \in set /\ SetX(2)
One2(m) == IF m \in set THEN m \in set /\ SetX(1) ELSE SetX(2)
Local(p) == LET h(z) == z + f[p] IN x' = h(1) % 3 /\ OnlyX
Deep == Given(LAMBDA z : (z + f[a]) % 3, y) = 1 /\ UNCHANGED vars
Level == x + f[a]
Copies(m) == CopiesIn(m, bag)

Next ==
  \/ \E m \in M :
     \/ Put(m) \/ Take(m) \/ TakeBoth(m) \/ Mix(m)
     \/ Drop(m) \/ TakeTwo(m) \/ TakeBack(m) \/ PutBack(m)
     \/ PutFew(m) \/ TakeIf(m) \/ See(m) \/ SeeTwo(m) \/ Add(m) \/ AddPlain(m)
     \/ AddTwice(m) \/ AddNone(m) \/ AddIf(m) \/ Del(m) \/ DelAdd(m) \/ Meet(m)
     \/ Either(m) \/ Has(m) \/ HasPlain(m) \/ HasNot(m) \/ HasByName(m) \/ Now(m)
     \/ Count(m) \/ First(m) \/ Known(m) \/ Unknown(m) \/ Push(m) \/ Mend(m)
     \/ Front(m) \/ Sure(m) \/ Unsure(m) \/ Half2(m) \/ One2(m)
     \/ \E p \in P : Send(p, m) \/ Expect(p, m)
  \/ \E p \in P :
     \/ Receive(p) \/ Lose(p) \/ Forward(p) \/ Inc(p) \/ Chain(p) \/ FromSum(p)
     \/ ByIf(p) \/ At(p) \/ AtNext(p) \/ AtEnd(p) \/ ByName(p) \/ Part(p) \/ Field(p)
     \/ SeePart(p) \/ Local(p)
  \/ \E n \in {0, 1} : SetX(n) \/ SetY(n)
  \/ PutHead \/ Double \/ AddHead \/ AddEach \/ Clear \/ Small \/ Same \/ Draw \/ Swap
  \/ Reset \/ All \/ Pop \/ Filter \/ Choose \/ Halve \/ Guess \/ Quiet \/ Imply
  \/ Late \/ Random \/ AddAll
  \/ CanStep \/ Flip \/ Wide \/ Arms \/ Deep
====
"""
SHELF = r"""---- MODULE Shelf ----
VARIABLES s, n
Put(m) == s' = s \cup {m}
Has(m) == m \in s
====
"""
OF_MESSAGES = """Put Take TakeBoth Mix Drop TakeTwo TakeBack PutBack PutFew TakeIf See
SeeTwo Add AddPlain AddTwice AddNone AddIf Del DelAdd Meet Either Has HasPlain HasNot
HasByName Now Count First Known Unknown Push Mend Front Sure Unsure Half2 One2"""
OF_PLACES = """Receive Lose Forward Inc Chain FromSum ByIf At AtNext AtEnd ByName Part
Field SeePart Local"""
ALONE = """PutHead Double AddHead AddEach Clear Small Same Draw Swap Reset All Pop
Filter Choose Halve Guess Quiet Imply AddAll Late CanStep Flip Wide Arms Deep"""
OTHERS = r"""
SKIP /\ "m" \in set
SKIP /\ {"m"} \subseteq set
SKIP /\ f[a] = 1
SKIP /\ g[a].u = 1
SKIP /\ bag["m"] \in {1, 2}
SKIP /\ Len(q) = 1
SKIP /\ Level = 1
SKIP /\ Copies("m") = 1
SetX(1) /\ "m" \in set
Put("m") /\ bag["m"]' = 2
Put("m") /\ bag["n"]' = 1
AddPlain("m") /\ "n" \in set'
AddPlain("m") /\ "m" \in set
Take("m") /\ "m" \in set
Inc(a) /\ f[b]' = 1
Inc(a) ; Inc(b)
Inc(a) ; At(a)
Take("m") ; Put("m")
Put("m") ; Put("m")
Take("m") ; Take("m")
See("m") ; SetX(1)
HasPlain("m") ; HasPlain("n")
HasPlain("m") ; Del("m")
SKIP ; Put("m")
AddPlain(_)
Add(_)
Random
Take(_)
SetX
?
"""
TEXTS = [
    *(f'{name}("{m}")' for name in OF_MESSAGES.split() for m in "mn"),
    *(f"{name}({p})" for name in OF_PLACES.split() for p in "ab"),
    *(f'{name}({p}, "m")' for name in ("Send", "Expect") for p in "ab"),
    *(f"{name}({n})" for name in ("SetX", "SetY") for n in "01"),
    *ALONE.split(),
    *OTHERS.strip().splitlines(),
]
a, b = ModelValue("a"), ModelValue("b")
HEADER = "---- TRACE Attic ----\nCONSTANT P = {a, b}\nCONSTANT a = a\nCONSTANT b = b\n"
STATES, TRIED, MANY = 40, 8, 5_000
SEED = 20260301

Asked: TypeAlias = "tuple[Walk, EventFootprints]"


def log(process: str, *texts: str) -> Trace:
    lines = (f"{n} @{process} {text}\n" for n, text in enumerate(texts, 1))
    return parse_trace(HEADER + "".join(lines), f"{process}.trace")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = tmp_path_factory.mktemp("attic")
    (folder / "Attic.tla").write_text(SPEC, encoding="utf-8")
    (folder / "Shelf.tla").write_text(SHELF, encoding="utf-8")
    toolchain = cache(find_toolchain)
    spec = load_spec(toolchain, folder / "Attic.tla")
    every = log("p", *TEXTS)
    question = ask(spec, every)
    asking = Asker.of(spec, question.constants, toolchain).asking([every])
    walk = Walk(asking, every, lambda: None)
    return walk, EventFootprints(question, asking, toolchain)


def states(random: random.Random) -> list[State]:
    return [any_state(random) for _ in range(STATES)]


def any_state(random: random.Random) -> State:
    """Return some values of the right kinds."""

    def some(names: Iterable[object]) -> list[object]:
        return [name for name in names if random.random() < 0.5]

    letters = [record(to=p, what=m) for p in (a, b) for m in "mn"]
    return (
        fn({m: random.choice([1, 1, 2]) for m in some("mn")}),
        frozenset(some("mn")),
        frozenset(some(letters)),
        fn({p: random.randrange(3) for p in (a, b)}),
        fn({p: record(u=random.randrange(2), v=random.randrange(2)) for p in (a, b)}),
        fn({m: random.randrange(2) for m in some("mn")}),
        random.randrange(3),
        random.randrange(3),
        tuple(random.choice("mn") for _ in range(random.randrange(3))),
        random.choice([TRUE, FALSE]),
    )


def test_what_need_not_be_tried_later_can_come_first(asked: Asked) -> None:
    walk, footprints = asked
    lots = random.Random(SEED)  # noqa: S311 - to be repeated
    several = states(lots)
    events = log("p", *TEXTS).events
    known = [footprints.of(event) for event in events]
    after = [[follow(walk, event, [state]) for state in several] for event in events]
    two = gathered([log("p", "SKIP"), log("r", "SKIP")])  # only what is known of them
    spared = 0
    for mine, other in itertools.product(range(len(events)), repeat=2):
        pair = Independence(two, [[known[mine]], [known[other]]], [])
        near = variables(known[mine]) & variables(known[other])
        for place in lots.sample(range(STATES), TRIED if near else 2):
            now, first = after[mine][place], after[other][place]
            if now is None or not first:
                continue  # nothing comes of it
            if needs_no_other(pair, several[place], possible=bool(now)):
                spared += bool(near)
                late = follow(walk, events[mine], first)
                early = follow(walk, events[other], now)
                if late is not None and early is not None:
                    assert late <= early, (events[mine], events[other], several[place])
    assert spared > MANY


def variables(footprint: Footprint) -> set[int]:
    return {number for number, _ in footprint}


def needs_no_other(known: Independence, state: State, *, possible: bool) -> bool:
    """Whether the first log's event need not be tried after the second's."""
    return known.first((0, 0), state, lambda log: log == 1 or possible) == (0,)


def follow(walk: Walk, event: Event, before: Iterable[State]) -> set[State] | None:
    """Return the states after an event; None if something has no value."""
    plan = walk.plan(event)
    try:
        return {state for each in before for state in plan.taken(each)}
    except EvaluationError:
        return None


@pytest.mark.parametrize("text", ["Random", "CanStep", "FromSum(a)", "?", "Add(_)"])
def test_what_is_not_understood_may_do_anything(asked: Asked, text: str) -> None:
    _, footprints = asked
    (event,) = log("p", text).events
    assert footprints.of(event) == footprints.reader.everything


OF_OPERATORS = """---- MODULE Given ----
CONSTANTS C, D(_)
VARIABLES x, y
Two == 2
Same(n) == n
Init == x = 0 /\\ y = 0
Use == x' = C /\\ y' = y
Apply == x' = D(1) /\\ y' = y
Plain == y' = 1 /\\ x' = x
Next == Use \\/ Apply \\/ Plain
====
"""


def test_constants_that_are_operators_may_be_anything(tmp_path: Path) -> None:
    (tmp_path / "Given.tla").write_text(OF_OPERATORS, encoding="utf-8")
    toolchain = cache(find_toolchain)
    overrides = {"C": "Two", "D": "Same"}
    config = Config(init="Init", next="Next", overrides=overrides)
    spec = load_spec(toolchain, tmp_path / "Given.tla", config)
    trace = parse_trace("---- TRACE Given ----\n1 Use\n2 Apply\n3 Plain\n", "p.trace")
    question = ask(spec, trace)
    asking = Asker.of(spec, question.constants, toolchain).asking([trace])
    footprints = EventFootprints(question, asking, toolchain)
    use, apply, plain = map(footprints.of, trace.events)
    assert use == apply == footprints.reader.everything
    assert plain == {(1, EVERY): How.WRITE}


SPOILED = """---- MODULE Spoiled ----
EXTENDS Integers
VARIABLES f, x
Init == f = [k |-> 0] /\\ x = 0
Spoil == f' = [f EXCEPT !.k = "?"] /\\ x' = 1
Mend == f' = [f EXCEPT !.k = 1] /\\ x' = x
Bump == f' = [f EXCEPT !.k = @ + 1] /\\ x' = x
Next == Spoil \\/ Mend \\/ Bump
====
"""


def test_what_has_no_value_may_have_one_later(tmp_path: Path) -> None:
    (tmp_path / "Spoiled.tla").write_text(SPOILED, encoding="utf-8")
    toolchain = cache(find_toolchain)
    spec = load_spec(toolchain, tmp_path / "Spoiled.tla")
    head = "---- TRACE Spoiled ----\n"
    one = parse_trace(f"{head}1 @p SKIP /\\ x = 1\n2 @p Bump\n", "p.trace")
    other = parse_trace(f"{head}1 @r Spoil\n2 @r Mend\n", "r.trace")
    every = replace(one, events=(*one.events, *other.events))
    asking = Asker.of(spec, {}, toolchain).asking([every])
    execution = gathered([one, other])
    footprints = EventFootprints(ask(spec, every), asking, toolchain)
    walk = Walk(asking, execution.header, lambda: None)
    walk.start()
    known = footprints.independence(execution)
    assert Interleaving(execution, walk, known).found()
