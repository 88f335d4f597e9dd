"""Properties, fairness and refinement mean what they mean to TLC.

TLC gives a verdict on each module of the corpus, and so does the engine.  A
counterexample is shown to the other engine as well: TLC's to the compiled
formulas, ours to TLC.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.errors import Mistake, PyspecError
from pyspec.explore import Verdict, check
from pyspec.explore.lasso import true_of_lasso
from pyspec.language.load import load
from pyspec.language.temporal import And
from pyspec.tla2tools import Config, find_toolchain, read_config
from pyspec.tla2tools import Verdict as TlcVerdict
from pyspec.values import show
from tests.language import laboratory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspec.explore import Counterexample, Result, State

pytestmark = pytest.mark.java

CASES = {
    case.name: case
    for case in laboratory.cases()
    if read_config(case.config).properties or case.feature == "fairness"
}
FURTHER = {"action_properties/QuantifiedBox"}  # TLC refuses, and we do not
MISPRINTED = {"liveness/PersistenceFails"}  # TLC 2.15 ends it with `2: Stuttering`


class Judged:
    """A spec, and what is asked of it here."""

    def __init__(self, module: Path, config: Config) -> None:
        self.spec = load(module, config)

    def result(self) -> Result:
        return check(self.spec)

    def is_violated_by(self, states: Sequence[State], back: int) -> bool:
        """Whether a lasso is fair, and some temporal property false of it."""
        with self.spec.naming():
            return self.judged(states[:back], states[back:])

    def judged(self, prefix: Sequence[State], loop: Sequence[State]) -> bool:
        fair = true_of_lasso(And(tuple(self.spec.fairness)), prefix, loop)
        whole = And(tuple(self.spec.temporal.values()))
        return fair and not true_of_lasso(whole, prefix, loop)

    def allows(self, states: Sequence[State]) -> bool:
        """Whether it is a behavior, but for fairness; states may repeat."""
        steps = itertools.pairwise(states)
        return states[0] in set(self.spec.initial_states()) and all(
            one == other or other in {step.state for step in self.spec.successors(one)}
            for one, other in steps
        )


def judged(case: Any) -> Judged:  # noqa: ANN401 - a Case
    return Judged(case.module, read_config(case.config))


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    found: dict[str, Any] = laboratory.ask(find_toolchain(), list(CASES.values()))
    return found


def lasso_of(found: Counterexample) -> tuple[list[State], int]:
    """Return the states of a counterexample, and the place where its loop begins."""
    states = list(found.states)
    if found.back_to is not None:
        return states[:-1], found.back_to - 1
    return states, len(states) - 1


# --------------------------------------------------------------------------
# The corpus


@pytest.mark.parametrize("name", sorted(CASES.keys() - FURTHER))
def test_the_verdict_is_tlcs(answers: dict[str, Any], name: str) -> None:
    answer = answers[name]
    if answer.verdict is TlcVerdict.ERROR:
        with pytest.raises(PyspecError):
            judged(CASES[name])
        return
    result = judged(CASES[name]).result()
    ours = (result.verdict.value, result.cause.value, result.property)
    assert ours == (answer.verdict.value, answer.cause.value, answer.property)


@pytest.mark.parametrize("name", sorted(CASES.keys() - MISPRINTED))
def test_tlcs_lasso_is_a_counterexample_to_us(
    answers: dict[str, Any], name: str
) -> None:
    answer = answers[name]
    if not (answer.stutters or answer.back_to):
        return
    model = judged(CASES[name])
    answer = answer.ordered(model.spec.variables)
    back = answer.back_to - 1 if answer.back_to else len(answer.behavior) - 1
    assert model.is_violated_by(answer.behavior, back)


def lassos() -> dict[str, tuple[Judged, list[State], int]]:
    """Return our counterexamples to temporal properties of the corpus."""
    found = {}
    for name, case in CASES.items():
        if not case.expect.startswith("violates"):
            continue
        model = judged(case)
        example = model.result().counterexample
        if example is not None and (example.stutters or example.back_to):
            found[name] = (model, *lasso_of(example))
    return found


@pytest.fixture(scope="module")
def ours() -> dict[str, tuple[Judged, list[State], int]]:
    return lassos()


def test_our_lassos_are_behaviors(
    ours: dict[str, tuple[Judged, list[State], int]],
) -> None:
    assert len(ours) > 30
    for name, (model, states, back) in ours.items():
        assert model.allows([*states, states[back]]), name
        assert model.is_violated_by(states, back), name


def walk(case: Any, model: Judged, states: list[State], back: int) -> str:  # noqa: ANN401 - a Case
    """Return a module whose one behavior is a lasso through these states."""
    nexts = [*range(2, len(states) + 1), back + 1]

    def at(state: State, prime: str) -> str:
        pairs = zip(model.spec.variables, state, strict=True)
        return " /\\ ".join(f"{name}{prime} = {show(value)}" for name, value in pairs)

    steps = [
        f"\\/ at = {place + 1} /\\ at' = {to} /\\ {at(states[to - 1], chr(39))}"
        for place, to in enumerate(nexts)
    ]
    every = f"<<at, {', '.join(model.spec.variables)}>>"
    return "\n".join(
        [
            f"---- MODULE Walk{case.module.stem} ----",
            f"EXTENDS {case.module.stem}",
            "VARIABLE at",
            f"WalkInit == at = 1 /\\ {at(states[0], '')}",
            "WalkNext ==",
            *(f"  {step}" for step in steps),
            f"Walk == WalkInit /\\ [][WalkNext]_{every} /\\ WF_{every}(WalkNext)",
            "====",
            "",
        ]
    )


def test_tlc_takes_our_lassos_as_counterexamples(
    ours: dict[str, tuple[Judged, list[State], int]], tmp_path: Path
) -> None:
    """Walk along each: the specification holds of it, and the property does not."""
    asked = {}
    for name, (model, states, back) in ours.items():
        case = CASES[name]
        for feature in ("spec", "property"):
            folder = tmp_path / feature / case.feature
            folder.mkdir(parents=True, exist_ok=True)
            for module in case.module.parent.glob("*.tla"):
                (folder / module.name).write_bytes(module.read_bytes())
            place = folder / f"Walk{case.module.stem}"
            text = walk(case, model, states, back)
            place.with_suffix(".tla").write_text(text, encoding="utf-8")
            config = read_config(case.config)
            given = config.properties if feature == "property" else ("Spec",)
            config = replace(config, specification="Walk", properties=given)
            place.with_suffix(".cfg").write_text(config.text(), encoding="utf-8")
            one = laboratory.Case(place.with_suffix(".cfg"))
            asked[name, feature] = OneOf(one.config, feature)
    found = laboratory.ask(find_toolchain(), list(asked.values()))
    for (name, feature), case in asked.items():
        answer = found[case.name]
        wanted = TlcVerdict.OK if feature == "spec" else TlcVerdict.VIOLATED
        assert answer.verdict is wanted, (name, feature, answer.message)


@dataclass(frozen=True, slots=True)
class OneOf(laboratory.Case):
    """A case in one of several folders of the same feature and name."""

    kind: str

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.config.parent.name}/{self.config.stem}"


# --------------------------------------------------------------------------
# What TLC refuses: formulas that we refuse too, by name, and others

ROUND = r"""
VARIABLE x
Next == x' = (x + 1) % 3
Spec == x = 0 /\ [][Next]_x /\ WF_x(Next)
Leads(p, q) == p ~> q
Stays(F) == [](~F => []~F)
Changes(e) == []<><<e' # e>>_e
Often(Op(_), i) == []<>Op(i)
Each(Op(_)) == \A i \in 0..2 : Op(i)
Above(k, i) == Often(LAMBDA j : x = k + j, i)
Near(k) == LET Here == x = k IN []<>Here
"""


def tried(folder: Path, body: str, config: str, extends: str = "Integers") -> Judged:
    text = f"---- MODULE Tried ----\nEXTENDS {extends}\n{body}\n====\n"
    (folder / "Tried.tla").write_text(text, encoding="utf-8")
    (folder / "Tried.cfg").write_text(config, encoding="utf-8")
    return Judged(folder / "Tried.tla", read_config(folder / "Tried.cfg"))


@pytest.mark.parametrize(
    ("ours", "plain"),
    [
        ("[]<>(x = 1) <=> <>[](x = 1)", "~([]<>(x = 1) /\\ ~<>[](x = 1))"),
        ("<>(x = 1) <=> <>(x > 0)", "TRUE"),
        ("Leads(x = 1, x = 2)", "x = 1 ~> x = 2"),
        ("Leads(x = 1, x = 3)", "x = 1 ~> x = 3"),
        ("Stays(<>(x = 3))", "TRUE"),
        ("Stays([](x < 2))", "TRUE"),
        ("Stays(x = 1)", "[](x # 1 => [](x # 1))"),
        ("Changes(x % 2)", "TRUE"),
        ("Changes(x \\div 3)", "FALSE"),
        ("Often(LAMBDA i : x = i, 2)", "[]<>(x = 2)"),
        ("Often(LAMBDA i : x > i, 2)", "[]<>(x > 2)"),
        ("Above(1, 1) /\\ Near(2)", "TRUE"),
        ("Each(LAMBDA a : Each(LAMBDA b : <>(a = b)))", "FALSE"),
        ("Each(LAMBDA a : Each(LAMBDA b : <>(x + a = 2 + b - b)))", "TRUE"),
        ("Above(2, 1)", "FALSE"),
        ("Near(3)", "FALSE"),
        ("\\A i \\in 0..2 : Often(LAMBDA j : x = i + j, 0)", "TRUE"),
        ("\\A i \\in 0..2 : [][x' # i => x # (i + 2) % 3]_x", "TRUE"),
        ("\\A i \\in 0..2 : [][x' # i]_x", "FALSE"),
        ("<><<x' = 0>>_x", "TRUE"),
        ("<><<x' = x>>_x", "FALSE"),
        ("[](x = 2 => <><<x = 0 /\\ x' = 1>>_x)", "TRUE"),
        ("LET F == <>(x = 2) IN []F", "[]<>(x = 2)"),
        ("LET A == x' = 0 IN WF_x(A) /\\ []<><<A>>_x", "TRUE"),
        ("LET Op(F) == []F IN Op(<>(x = 3))", "FALSE"),
        ("CASE x = 1 -> [](x = 1) [] OTHER -> []<>(x = 1)", "TRUE"),
        ("CASE x = 0 -> [](x = 1) [] OTHER -> []<>(x = 1)", "FALSE"),
        ("\\A i \\in {} : <>(x = i)", "TRUE"),
        ("\\E i \\in {} : <>(x = i)", "FALSE"),
        ("WF_x(Next) => []<>(x = 0)", "TRUE"),
        ("~WF_x(Next)", "FALSE"),
        ("\\A S \\in SUBSET {0, 1} : S # {} => []<>(x \\in S)", "TRUE"),
    ],
)
def test_formulas_that_tlc_refuses_have_their_meaning(
    tmp_path: Path, ours: str, plain: str
) -> None:
    said = [
        tried(
            tmp_path, f"{ROUND}\nP == {text}", "SPECIFICATION Spec\nPROPERTY P"
        ).result()
        for text in (ours, f"[]({plain})" if plain in {"TRUE", "FALSE"} else plain)
    ]
    assert said[0].verdict is said[1].verdict


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("\\EE y : [](y = x)", r"\\EE cannot be checked"),
        ("\\AA y : [](y = x)", r"\\AA cannot be checked"),
        ("[](x < 3) -+-> [](x < 2)", r"-\+-> cannot be checked"),
        ("\\A i \\in 0..x : <>(x = i)", "a set that is not constant"),
        ("\\A i : <>(x = i)", "a quantifier without a set"),
        ("x' = 0", r"an action that is not in \[\]\[A\]_v"),
        ("CASE x = 0 -> []<>(x = 1) [] x = 1 -> <>(x = 1)", "CASE without OTHER"),
        ("Spec /\\ [](CHOOSE i \\in 0..2 : <>(x = i))", "Level error"),
    ],
)
def test_a_formula_that_cannot_be_checked_is_named(
    tmp_path: Path, formula: str, named: str
) -> None:
    body = f"{ROUND}\nP == {formula}"
    with pytest.raises(Mistake, match=named) as caught:
        tried(tmp_path, body, "SPECIFICATION Spec\nPROPERTY P")
    assert caught.value.file is not None
    assert Path(caught.value.file).stem == "Tried"  # SANY names the whole path
    assert caught.value.line == body.count("\n") + 3


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ("x = 0 /\\ WF_x(Next)", "has 0 conjuncts"),
        ("x = 0 /\\ [][Next]_x /\\ [][Next]_x", "has 2 conjuncts"),
        ("x = 0 /\\ Next", "an action that is not in"),
        ("x = 0 /\\ \\A i \\in 1..2 : [][Next]_x", r"below \\A"),
        ("x = 0 /\\ [][Next]_x /\\ RTBound(Next, x, 1, 2)", "module RealTime"),
        ("x = 0 /\\ [][Next]_x /\\ RTnow(x)", "module RealTime"),
    ],
)
def test_a_specification_that_cannot_be_explored_says_why(
    tmp_path: Path, spec: str, named: str
) -> None:
    extends = "RealTime" if "RT" in spec else "Integers"
    reals = "x' = x" if "RT" in spec else "x' = (x + 1) % 3"
    body = f"VARIABLE x\nNext == {reals}\nTried0 == {spec}"
    with pytest.raises(Mistake, match=named):
        tried(tmp_path, body, "SPECIFICATION Tried0", extends)


@pytest.mark.parametrize(
    "spec",
    [
        "LET vars == <<x>> IN x = 0 /\\ [][Next]_vars /\\ WF_vars(Next)",
        "Any(Next) /\\ x = 0",
        "With(0, x' = (x + 1) % 3)",
        "LET N == x' = (x + 1) % 3 IN x = 0 /\\ [][N]_x /\\ WF_x(N)",
    ],
)
def test_a_specification_may_be_behind_let_and_operators(
    tmp_path: Path, spec: str
) -> None:
    body = rf"""
VARIABLE x
Next == x' = (x + 1) % 3
Any(A) == [][A]_x /\ WF_x(A)
With(i, A) == x = i /\ Any(A)
Whole == {spec}
P == []<>(x = 2) /\ []<>(x = 0)"""
    model = tried(tmp_path, body, "SPECIFICATION Whole\nPROPERTY P")
    result = model.result()
    assert (result.verdict, result.distinct) == (Verdict.OK, 3)


def test_arguments_keep_their_meaning_inside_of_an_instance(tmp_path: Path) -> None:
    inner = "---- MODULE Inner ----\nVARIABLE q\nLeads(p, r) == p ~> r\n"
    inner += "At(r) == q = 0 ~> r\nMoves(e) == []<><<e' # e>>_e\n====\n"
    (tmp_path / "Inner.tla").write_text(inner, encoding="utf-8")
    body = r"""
I == INSTANCE Inner WITH q <- 0
Next == q < 3 /\ q' = q + 1
Spec == q = 0 /\ [][Next]_q /\ WF_q(Next)
Holds == I!Leads(q = 1, q = 2) /\ I!At(q = 3) /\ ~I!Moves(q)
Fails == I!Leads(q = 1, q = 0)"""
    for name, verdict in (("Holds", Verdict.OK), ("Fails", Verdict.VIOLATED)):
        config = f"SPECIFICATION Spec\nPROPERTY {name}\nCHECK_DEADLOCK FALSE"
        model = tried(tmp_path, body, config, "Integers, Inner")
        assert model.result().verdict is verdict


def test_fairness_of_many_actions_is_decided(tmp_path: Path) -> None:
    body = r"""
VARIABLE x
Go(i) == x = i /\ x' = i + 1
Spec == x = 0 /\ [][\E i \in 0..39 : Go(i)]_x /\ \A i \in 0..39 : WF_x(Go(i))
P == <>(x = 40)"""
    config = "SPECIFICATION Spec\nPROPERTY P\nCHECK_DEADLOCK FALSE"
    assert tried(tmp_path, body, config).result().verdict is Verdict.OK


def test_an_error_in_a_formula_is_an_error_and_no_verdict(tmp_path: Path) -> None:
    body = f"{ROUND}\nP == <>(6 \\div x = 3)"
    result = tried(tmp_path, body, "SPECIFICATION Spec\nPROPERTY P").result()
    assert result.verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ("SPECIFICATION Spec\nPROPERTY Missing", "property Missing of the cfg"),
        ("SPECIFICATION Spec\nPROPERTY Leads", "Leads takes arguments"),
    ],
)
def test_a_property_that_is_none_is_a_mistake(
    tmp_path: Path, config: str, named: str
) -> None:
    with pytest.raises(Mistake, match=named):
        tried(tmp_path, ROUND, config)
