"""Every module of the corpus is what its first line says, and TLC agrees."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.errors import Mistake
from pyspec.tla2tools import Cause, Verdict, find_toolchain
from pyspec.values import FALSE, TRUE
from tests.language import laboratory

if TYPE_CHECKING:
    from pathlib import Path

CASES = {case.name: case for case in laboratory.cases()}


@pytest.fixture(scope="module")
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """TLC's answers for the cases that this session selected."""
    wanted = {
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and "answers" in item.fixturenames
        and hasattr(item, "callspec")
    }
    selected = [CASES[name] for name in sorted(wanted)]
    found: dict[str, Any] = laboratory.ask(find_toolchain(), selected)
    return found


@pytest.mark.java
@pytest.mark.parametrize("name", CASES)
def test_a_module_is_of_its_stated_class(name: str, answers: dict[str, Any]) -> None:
    answer = answers[name]
    assert answer.stated == CASES[name].expect, answer.message


@pytest.mark.java
@pytest.mark.parametrize("name", CASES)
def test_a_graph_is_whole_and_small(name: str, answers: dict[str, Any]) -> None:
    answer = answers[name]
    assert answer.initial <= answer.states
    assert {state for one, _, other in answer.edges for state in (one, other)} <= (
        answer.states
    )
    assert all(len(state) == len(answer.variables) for state in answer.states)
    assert len(answer.states) <= 800, "keep models tiny"


@pytest.mark.java
@pytest.mark.parametrize(
    ("expect", "body", "stated"),
    [
        ("ok", "Next == x' = 1 \\div x", "error"),
        ("error", "Next == x' = x", "ok"),
        ("violates P", "Next == x' = x\nP == x = 0", "ok"),
        ("deadlock", "Next == x' = ", "undecided: parse"),
        ("ok", "Next == x > 0 /\\ x' = x", "deadlock"),
        ("violates Q", "Next == x' = 1\nQ == TRUE\nP == x = 0", "violates P"),
    ],
)
def test_a_module_of_another_class_is_noticed(
    expect: str,
    body: str,
    stated: str,
    tmp_path: Path,
) -> None:
    case = _case(tmp_path, expect, body)
    answer = laboratory.ask(find_toolchain(), [case])[case.name]
    assert answer.stated == stated
    assert answer.stated != case.expect


def _case(folder: Path, expect: str, body: str) -> Any:  # noqa: ANN401 - a Case
    place = folder / "feature"
    place.mkdir()
    module = f"---- MODULE Tried ----\nEXTENDS Integers\nVARIABLE x\n{body}\n"
    text = rf"\* expect: {expect}" + f"\n{module}Init == x = 0\n====\n"
    (place / "Tried.tla").write_text(text, encoding="utf-8")
    invariant = "INVARIANT P\n" if "P ==" in body else ""
    config = f"INIT Init\nNEXT Next\n{invariant}"
    (place / "Tried.cfg").write_text(config, encoding="utf-8")
    return laboratory.cases(folder)[0]


@pytest.mark.java
def test_edges_carry_state_label_state(tmp_path: Path) -> None:
    body = "Flip == x' = 1 - x\nNext == Flip \\/ (x = 1 /\\ x' = 2 /\\ x' < 2)"
    case = _case(tmp_path, "ok", body)
    answer = laboratory.ask(find_toolchain(), [case])[case.name]
    assert answer.variables == ("x",)
    assert answer.initial == {(0,)}
    assert answer.edges == {((0,), "Flip", (1,)), ((1,), "Flip", (0,))}
    assert answer.distinct == 2
    assert answer.complete


@pytest.mark.java
def test_states_can_be_read_in_any_order_of_variables() -> None:
    case = CASES["choose/RecursionByChoice"]
    answer = laboratory.ask(find_toolchain(), [case])[case.name]
    ordered = answer.ordered(["s", "n"])
    assert ordered.initial == {(frozenset(), 0)}
    assert ordered.ordered(answer.variables) == answer
    with pytest.raises(ValueError, match="are not"):
        answer.ordered(["s"])


@pytest.mark.java
def test_a_changed_module_is_asked_again(tmp_path: Path) -> None:
    case = _case(tmp_path, "ok", "Next == x' = x")
    before = laboratory.ask(find_toolchain(), [case])[case.name]
    text = case.module.read_text(encoding="utf-8").replace("x' = x", "x' = 3")
    case.module.write_text(text, encoding="utf-8")
    after = laboratory.ask(find_toolchain(), [case])[case.name]
    assert (before.distinct, after.distinct) == (1, 2)


@pytest.mark.java
def test_the_second_time_needs_no_java(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = _case(tmp_path, "ok", "Next == x' = x")
    first = laboratory.ask(find_toolchain(), [case])
    monkeypatch.setattr(laboratory, "run_all", _refuse)
    assert laboratory.ask(find_toolchain(), [case]) == first


def _refuse(_: object, jobs: list[object], **__: object) -> list[object]:
    assert not jobs, "TLC was asked again"
    return []


@pytest.mark.java
def test_liveness_keeps_the_whole_graph() -> None:
    case = CASES["liveness/FailsByALasso"]
    answer = laboratory.ask(find_toolchain(), [case])[case.name]
    assert (answer.verdict, answer.cause) == (Verdict.VIOLATED, Cause.PROPERTY)
    assert answer.complete
    assert len(answer.edges) == 4
    assert answer.back_to is not None


@pytest.mark.java
def test_booleans_and_numbers_stay_apart() -> None:
    case = CASES["traps/BooleansInOneVariable"]
    answer = laboratory.ask(find_toolchain(), [case])[case.name]
    assert answer.states >= {(TRUE,), (1,), (FALSE,), (0,)}
    assert len(answer.states) == answer.distinct


def test_every_case_says_what_it_is_about() -> None:
    for case in CASES.values():
        lines = case.module.read_text(encoding="utf-8").splitlines()
        assert case.expect
        assert re.fullmatch(r"\\\* \S.*", lines[1]), case.name
        assert max(map(len, lines)) <= 79, case.name
        assert f" MODULE {case.module.stem} " in "\n".join(lines)


def test_names_are_unique_across_features() -> None:
    modules = Counter(path.stem for path in laboratory.CORPUS.glob("*/*.tla"))
    assert [name for name, times in modules.items() if times > 1] == []


def test_a_module_without_its_class_is_a_mistake(tmp_path: Path) -> None:
    case = _case(tmp_path, "perhaps", "Next == x' = x")
    with pytest.raises(Mistake, match="what to expect"):
        _ = case.expect
