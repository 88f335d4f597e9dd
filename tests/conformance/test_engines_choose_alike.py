"""What CHOOSE takes does not depend on what a trace mentions, and in which order."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import (
    Judgement,
    Limits,
    NativeEngine,
    TlcEngine,
    ask,
    load_spec,
)
from pyspec.conformance.read_order import read_order
from pyspec.tla2tools import find_toolchain, read_config
from pyspec.trace.model import Call, Event, Observation, Path, Relation, Trace
from pyspec.values import ModelValue, fn

if TYPE_CHECKING:
    from pathlib import Path as File

    from pyspec.values import Value

CHOOSING = r"""
---- MODULE Choosing ----
EXTENDS Naturals
CONSTANTS B, A
VARIABLES who, word, one
vars == <<who, word, one>>
Words == {"zulu", "ant", "mule"}
Init == who = (CHOOSE b \in B : TRUE) /\ word = "mule" /\ one = [zz |-> 1, aa |-> 2]
Among(s) == who' = CHOOSE x \in s : TRUE
Model(s) == Among(s) /\ UNCHANGED <<word, one>>
Word(s) == word' = (CHOOSE x \in s : TRUE) /\ UNCHANGED <<who, one>>
Record(s) == one' = (CHOOSE x \in s : TRUE) /\ UNCHANGED <<who, word>>
Next ==
  \/ \E s \in SUBSET (A \cup B) : s # {} /\ Model(s)
  \/ \E s \in SUBSET Words : s # {} /\ Word(s)
  \/ \E s \in SUBSET {[zz |-> n, aa |-> 3 - n] : n \in 1 .. 2} : s # {} /\ Record(s)
====
"""
toolchain = cache(find_toolchain)
A = tuple(map(ModelValue, ("n1", "n2")))
B = tuple(map(ModelValue, ("m9", "zebra")))
CONSTANTS: dict[str, Value] = {"A": frozenset(A), "B": frozenset(B)}
WORDS = ("mule", "ant", "zulu")


def choices() -> list[tuple[str, frozenset[Value], str, Value]]:
    """Return what could be chosen of what, most of it wrongly."""
    records = [fn({"zz": n, "aa": 3 - n}) for n in (1, 2)]
    kinds: list[tuple[str, str, list[Value]]] = [
        ("Model", "who", [*A, *B]),
        ("Word", "word", [*WORDS]),
        ("Record", "one", [*records]),
    ]
    return [
        (action, frozenset(pair), variable, chosen)
        for action, variable, values in kinds
        for pair in itertools.permutations(values, 2)
        for chosen in pair
    ]


def trace_of(
    action: str, among: frozenset[Value], variable: str, chosen: Value
) -> Trace:
    """Mention what is chosen last: other names come before it in what is generated."""
    first = Event(1, (Call("Word", (frozenset(WORDS),)),))
    seen = (Observation(Path(variable), Relation.EQUALS, chosen, primed=True),)
    return Trace(
        "Choosing",
        (first, Event(2, (Call(action, (among,)),), seen)),
        constants=CONSTANTS,
    )


@pytest.fixture
def module(tmp_path: File) -> File:
    file = tmp_path / "Choosing.tla"
    file.write_text(CHOOSING, encoding="utf-8")
    return file


@pytest.mark.java
@pytest.mark.parametrize("backwards", [False, True])
def test_both_engines_choose_the_same(module: File, backwards: bool) -> None:  # noqa: FBT001 - a parameter
    spec = load_spec(toolchain, module)
    some = sorted(choices(), key=repr, reverse=backwards)
    questions = [ask(spec, trace_of(*each)) for each in some]
    ours = NativeEngine(toolchain, Limits(explained=0)).decide(questions)
    theirs = TlcEngine(toolchain(), Limits(explained=0)).decide(questions)
    assert [v.judgement for v in ours] == [v.judgement for v in theirs]
    conform = [each for each, v in zip(some, ours, strict=True) if v.matched == 2]
    assert 2 * len(conform) == len(some)  # of two, always one is chosen
    words = {each[3] for each in conform if each[0] == "Word"}
    assert words == {"zulu", "ant"}  # the spec mentions them in this order


@pytest.mark.java
def test_names_of_a_cfg_come_first_in_its_order(module: File) -> None:
    cfg = module.with_suffix(".cfg")
    cfg.write_text("CONSTANTS A = {n2, n1}\nB = {zebra, m9}\nINIT Init\nNEXT Next\n")
    spec = load_spec(toolchain, module, read_config(cfg))
    read = read_order(spec, spec.constants)
    assert [name for name in read if name in {"n1", "n2", "m9", "zebra"}] == [
        "n2",
        "n1",
        "zebra",
        "m9",
    ]
    among = frozenset(A)
    asked = [ask(spec, trace_of("Model", among, "who", each)) for each in A]
    for engine in (NativeEngine(toolchain), TlcEngine(toolchain())):
        found = [verdict.judgement for verdict in engine.decide(asked)]
        assert found == [Judgement.REJECTED, Judgement.CONFORMS]
