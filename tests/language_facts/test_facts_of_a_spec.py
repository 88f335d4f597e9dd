"""What SANY's tree says of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyspec.errors import Mistake
from pyspec.language import Facts, read_facts
from pyspec.language.facts import substitute
from pyspec.tla2tools import Toolchain, find_toolchain, sany

if TYPE_CHECKING:
    from pathlib import Path

SPEC = r"""---- MODULE Shape ----
EXTENDS Naturals, Sequences
CONSTANTS S, T
VARIABLES x, y
vars == <<x, y>>
Begin == x = 0 /\ y = 0
Half(n) == n \div 2
A(p) == /\ x = 0
        /\ p > 1
        /\ x' = p
        /\ UNCHANGED y
B(p, q) == x' = p /\ y' = q
C == /\ x' = 1 /\ y' = 1
D(p) == B(p, p + 1)
E == \/ C
     \/ x' = 5 /\ y' = 5
Step ==
  \/ \E s \in S : A(s)
  \/ \E s \in S : \E t \in 1..s : B(s, Half(t))
  \/ \E t \in T : D(t)
  \/ E
  \/ x = 0 /\ C
  \/ LET k == 3 IN B(k, k)
Behavior == Begin /\ [][Step]_vars /\ WF_vars(C)
Spec == Behavior
====
"""


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def facts(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_of(toolchain, tmp_path_factory.mktemp("shape"), SPEC)


def facts_of(toolchain: Toolchain, folder: Path, text: str) -> Facts:
    file = folder / "Shape.tla"
    file.write_text(text, encoding="utf-8")
    report = sany.parse(toolchain, file).require()
    return read_facts(sany.export_xml(toolchain, file), dict(report.modules))


pytestmark = pytest.mark.java


def test_declarations_come_in_the_order_of_the_source(facts: Facts) -> None:
    assert facts.constants == ("S", "T")
    assert facts.variables == ("x", "y")


def test_init_and_next_are_found_through_spec(facts: Facts) -> None:
    assert (facts.init, facts.next) == ("Begin", "Step")


def test_without_spec_they_are_init_and_next(
    toolchain: Toolchain,
    tmp_path: Path,
) -> None:
    text = SPEC.replace("Spec == Behavior\n", "").replace("Begin", "Init")
    with pytest.raises(Mistake, match="Next is not an operator"):
        facts_of(toolchain, tmp_path, text)
    found = facts_of(toolchain, tmp_path, text.replace("Step", "Next"))
    assert (found.init, found.next) == ("Init", "Next")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (r"Begin /\ [][Step \/ C]_vars", "next-state relation of Spec"),
        (r"Begin /\ [][Step]_vars /\ [][E]_x", "next-state relation of Spec"),
        (r"Begin /\ x = 1 /\ [][Step]_vars", "initial predicate of Spec"),
        (r"[][Step]_vars", "initial predicate of Spec"),
    ],
)
def test_half_of_what_spec_says_is_not_taken_for_all(
    toolchain: Toolchain,
    tmp_path: Path,
    formula: str,
    words: str,
) -> None:
    text = SPEC.replace("Spec == Behavior", f"Spec == {formula}")
    with pytest.raises(Mistake, match=words):
        facts_of(toolchain, tmp_path, text)


def test_actions_are_the_names_that_tlc_gives_to_edges(facts: Facts) -> None:
    # D's steps are called B, and `x = 0 /\ C` has no name but Step's.
    assert facts.actions == ("A", "B", "E", "C")


def test_arguments_are_drawn_from_sets_over_fresh_names(facts: Facts) -> None:
    [first] = [place for place in facts.applications if place.action == "A"]
    [(name, bound)] = first.binders
    assert bound == "S"
    assert first.arguments == (name,)
    second, third, fourth = [p for p in facts.applications if p.action == "B"]
    (s, in_s), (t, in_t) = second.binders
    assert (in_s, in_t) == ("S", f"1..{s}")
    assert second.arguments == (s, f"Half({t})")
    [(u, _)] = third.binders
    assert third.arguments == (u, f"{u} + 1")
    assert not fourth.translatable
    assert fourth.direct


def test_what_stands_in_a_conjunction_is_not_applied_directly(facts: Facts) -> None:
    inside = [p for p in facts.applications if p.action == "C" and not p.direct]
    assert len(inside) == 1
    assert not inside[0].labels


def test_guards_are_the_state_level_conjuncts(facts: Facts) -> None:
    guards = facts.operators["A"].guards
    assert [guard.text for guard in guards] == ["x = 0", "p > 1"]
    assert [guard.location.line for guard in guards] == [8, 9]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r", "b1"),
        ("f[r]", "f[b1]"),
        ("m.r", "m.r"),
        ("[r |-> r]", "[r |-> b1]"),
        ('"r"', '"r"'),
        ("rr + r_1", "rr + r_1"),
        (r"\r \in r", r"\r \in b1"),
        ("Op(r).r[r]", "Op(b1).r[b1]"),
        ("e", "(x + 1)"),
        ("[r : S, q : {r : x \\in S}]", "[r : S, q : {b1 : x \\in S}]"),
        ("f[CHOOSE x \\in r : x > r]", "f[CHOOSE x \\in b1 : x > b1]"),
        ("2r + r2", "2r + r2"),
    ],
)
def test_names_are_put_in_where_they_are_names(text: str, expected: str) -> None:
    assert substitute(text, {"r": "b1", "e": "x + 1"}) == expected


def test_a_name_without_meaning_makes_a_text_unusable() -> None:
    assert substitute("k + 1", {"k": None}) is None
    assert substitute("j + 1", {"k": None}) == "j + 1"
