r"""A false predicate is explained by the conjunct, the witness and the values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pyspec.explore import Cause, check
from pyspec.tla2tools.config import Config
from tests.language_positions import test_errors_have_positions as positions

if TYPE_CHECKING:
    from pyspec.language.compiled import Spec
    from pyspec.language.reasons import Reason
    from pyspec.language.twin import Twin

HERE: Final = Path(__file__).parent
MODULE: Final = HERE / "Reasons.tla"
NODES: Final = frozenset({1, 2, 3})
pytestmark = pytest.mark.java


@pytest.fixture(scope="module")
def specs() -> tuple[Spec, Twin]:
    config = Config(init="Init", next="Next", constants={"Nodes": NODES})
    found: tuple[Spec, Twin] = positions.compiled(MODULE, config)
    return found


def why(specs: tuple[Spec, Twin], name: str, *, step: bool = False) -> Reason:
    fast, twin = specs
    (state,) = fast.initial_states()
    after = [each.state for each in fast.successors(state)][-1] if step else None
    found = twin.explain(name, state, after)
    assert found is not None
    assert not found.holds
    return found


def leaves(found: Reason) -> dict[str, tuple[bool, dict[str, str]]]:
    return {leaf.text: (leaf.holds, dict(leaf.values)) for leaf in found.leaves()}


BECAUSE: Final[dict[str, dict[str, tuple[bool, dict[str, str]]]]] = {
    "SecondConjunct": {"n > 2": (False, {"n": "2"})},
    "NoDisjunct": {"n > 2": (False, {"n": "2"}), "n = 1": (False, {"n": "2"})},
    "Implied": {
        "n = 2": (True, {"n": "2"}),
        "log[1] = <<1>>": (False, {"log[1]": "<<1, 5>>"}),
    },
    "Witness": {"log[i][j] < 10": (False, {"j": "2", "log[i][j]": "10"})},
    "NoWitness": {
        r"\E i \in Nodes : log[i][1] = n + 5": (False, {"Nodes": "{1, 2, 3}"})
    },
    "Opened": {"x <= most": (False, {"x": "2", "most": "1"})},
    "Negated": {"log[i][2] = 15": (True, {"i": "3", "log[i][2]": "15"})},
    "TypeOK": {r"element.from \in {1, 2, 3}": (False, {"element.from": "7"})},
    "LogOK": {
        r"log[3][2] \in {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}": (False, {"log[3][2]": "15"})
    },
    "Chosen": {
        "n = 2": (True, {"n": "2"}),
        "log[1] = <<>>": (False, {"log[1]": "<<1, 5>>"}),
    },
    "Armed": {"n = 3": (False, {"n": "2"})},
    "Deep": {"n > 2": (False, {"n": "2"}), "m = 4": (False, {"m": "3"})},
    "Same": {
        "n = 2": (True, {"n": "2"}),
        "log = <<>>": (False, {"log": "<<<<1, 5>>, <<2, 10>>, <<3, 15>>>>"}),
    },
}
OF_THE_STEP: Final[dict[str, dict[str, tuple[bool, dict[str, str]]]]] = {
    "Stays": {"n' = n": (False, {"n'": "4", "n": "2"})},
    "Steps": {"n' = n + 1": (False, {"n'": "4", "n + 1": "3"})},
    "Boxed": {"n' = n + by": (False, {"by": "1", "n'": "4", "n + by": "3"})},
    "Unchanged": {"UNCHANGED vars": (False, {"n": "2", "n'": "4"})},
}


@pytest.mark.parametrize("name", BECAUSE)
def test_the_deciding_part_of_a_state_predicate_is_found(
    specs: tuple[Spec, Twin], name: str
) -> None:
    assert leaves(why(specs, name)) == BECAUSE[name]


@pytest.mark.parametrize("name", OF_THE_STEP)
def test_the_deciding_part_of_a_step_is_found(
    specs: tuple[Spec, Twin], name: str
) -> None:
    assert leaves(why(specs, name, step=True)) == OF_THE_STEP[name]


def test_a_reason_of_another_predicate_would_be_noticed(
    specs: tuple[Spec, Twin],
) -> None:
    assert leaves(why(specs, "SecondConjunct")) != BECAUSE["NoDisjunct"]


def test_a_changed_variable_is_shown_for_a_box(specs: tuple[Spec, Twin]) -> None:
    assert why(specs, "Steps", step=True).values == (("n", "2"), ("n'", "4"))


def test_a_step_that_is_none_of_an_action_is_explained(
    specs: tuple[Spec, Twin],
) -> None:
    fast, twin = specs
    (state,) = fast.initial_states()
    by_one, by_two = [each.state for each in fast.successors(state)]
    found = twin.explain_step("Grow", (1,), state, by_two)
    assert found is not None
    assert found.text == "Grow(1)"
    assert leaves(found) == OF_THE_STEP["Boxed"]
    right = twin.explain_step("Grow", (1,), state, by_one)
    assert right is not None
    assert right.holds


def test_the_text_is_short_and_has_places(specs: tuple[Spec, Twin]) -> None:
    lines = list(why(specs, "Witness").lines())
    assert [line.partition("  tests")[0].split("  /")[0] for line in lines] == [
        "Witness is FALSE",
        r"  \A i \in Nodes : \A j \in 1..2 : log[i][j] < 10 is FALSE",
        r"    \A j \in 1..2 : log[i][j] < 10 is FALSE",
        "        i = 2",
        "      log[i][j] < 10 is FALSE",
        "          j = 2",
        "          log[i][j] = 10",
    ]
    assert lines[1].endswith("Reasons.tla:28:12")
    assert all(len(list(why(specs, name).lines())) <= 41 for name in BECAUSE)


def test_what_is_unknown_or_fails_has_no_reason(specs: tuple[Spec, Twin]) -> None:
    fast, twin = specs
    (state,) = fast.initial_states()
    assert twin.explain("Missing", state) is None
    assert twin.explain("Stays", state) is None  # says something of steps only
    assert twin.explain("Spec", state, state) is not None


def test_a_search_gives_the_reason_of_a_violation() -> None:
    config = Config(
        init="Init", next="Next", invariants=("NotTen",), constants={"Nodes": NODES}
    )
    fast, twin = positions.compiled(MODULE, config)
    fast.explain = twin.explain  # type: ignore[method-assign]
    result = check(fast)
    assert result.cause is Cause.INVARIANT
    assert result.reason is not None
    assert leaves(result.reason) == {"n < 10": (False, {"n": "10"})}


# ------------------------------------------------------------------ large texts


def module(folder: Path, name: str, *definitions: str) -> Path:
    file = folder / f"{name}.tla"
    head = f"---- MODULE {name} ----\nEXTENDS Integers\nVARIABLE n\n"
    rest = "Init == n = 2\nNext == n' = n\n"
    file.write_text(f"{head}{rest}{chr(10).join(definitions)}\n====\n")
    return file


def test_five_thousand_conjuncts_are_no_problem(tmp_path: Path) -> None:
    lines = [f"    /\\ n # {number + 10}" for number in range(5_000)]
    lines[4_000] = "    /\\ n > 7"
    file = module(tmp_path, "Long", "Inv ==", *lines)
    config = Config(init="Init", next="Next", invariants=("Inv",))
    found = why(positions.compiled(file, config), "Inv")
    assert leaves(found) == {"n > 7": (False, {"n": "2"})}
    assert found.inside[0].location is not None
    assert found.inside[0].location.line == 4_007


@pytest.mark.parametrize("depth", [10, 40, 70])
def test_deep_expressions_are_explained_as_far_as_python_goes(
    tmp_path: Path, depth: int
) -> None:
    text = "n"
    for _ in range(depth):
        text = f"(IF n = 1 THEN {{}} ELSE {{{text}}})"
    file = module(tmp_path, f"Deep{depth}", f"Inv == {text} = {{}}")
    config = Config(init="Init", next="Next", invariants=("Inv",))
    found = why(positions.compiled(file, config), "Inv")
    assert found.text == "Inv"
