r"""`A \cdot B` is a step by A and then one by B, with some state between.

TLC 2.15 does not evaluate it, so there is no oracle but the definition: what
is written with it is held to what is written without it, by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyspec import load
from pyspec.errors import PyspecError

if TYPE_CHECKING:
    from pathlib import Path

    from pyspec.language.program import Spec
    from pyspec.language.state import State

pytestmark = pytest.mark.java

HEAD = r"""---- MODULE Composed ----
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Up == x < 3 /\ x' = x + 1 /\ y' = y
Add(n) == x' = x /\ y' = (y + n * x) % 5
Either == \E n \in {1, 2} : Add(n)
Half == x' = x
Loose == y' = y
"""
TWICE = r"x < 2 /\ x' = x + 2 /\ y' = y"
SUM = r"x < 3 /\ x' = x + 1 /\ \E n \in {1, 2} : y' = (y + n * (x + 1)) % 5"
BEFORE = r"x < 3 /\ x' = x + 1 /\ \E n \in {1, 2} : y' = (y + n * x) % 5"
THREE = r"""x < 2 /\ x' = x + 2
            /\ \E n \in {1, 2} : y' = (y + n * (x + 1)) % 5"""


def spec(folder: Path, next_: str, more: str = "") -> Spec:
    folder.mkdir(exist_ok=True)
    file = folder / "Composed.tla"
    file.write_text(f"{HEAD}Next == {next_}\n{more}\n====\n", encoding="utf-8")
    return load(file)


def graph(found: Spec) -> set[tuple[State, State]]:
    """All steps between reachable states."""
    todo = list(found.initial_states())
    seen: set[State] = set()
    steps: set[tuple[State, State]] = set()
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            for step in found.successors(state):
                steps.add((state, step.state))
                todo.append(step.state)
    return steps


@pytest.mark.parametrize(
    ("composed", "by_hand"),
    [
        (r"Up \cdot Up", TWICE),
        (r"Up \cdot Either", SUM),
        (r"(Up \cdot Either) \cdot Up", THREE),
        (r"Up \cdot (Either \cdot Up)", THREE),
        (r"(Up \/ Either) \cdot Up", rf"({TWICE}) \/ ({BEFORE})"),
        (r"x < 1 /\ (Up \cdot Up)", rf"x < 1 /\ {TWICE}"),
        (r"x' \in 0..3 /\ y' \in 0..4 /\ (Up \cdot Either)", SUM),
        (r"x' \in 0..3 /\ y' \in 0..4 /\ ~(Up \cdot Either)",
         rf"x' \in 0..3 /\ y' \in 0..4 /\ ~({SUM})"),
    ],
)  # fmt: skip
def test_what_is_composed_is_what_is_written_out(
    composed: str, by_hand: str, tmp_path: Path
) -> None:
    ours = graph(spec(tmp_path / "a", composed))
    assert ours == graph(spec(tmp_path / "b", by_hand))
    assert ours


def test_it_is_no_other_order(tmp_path: Path) -> None:
    one = graph(spec(tmp_path / "a", r"Up \cdot Either"))
    assert one != graph(spec(tmp_path / "b", r"Either \cdot Up"))


def test_it_can_be_asked_whether_it_is_possible(tmp_path: Path) -> None:
    asked = r"Up /\ ENABLED (Up \cdot Up)"
    ours = graph(spec(tmp_path / "a", asked))
    assert ours == graph(spec(tmp_path / "b", r"x < 2 /\ Up"))


@pytest.mark.parametrize(
    "next_", [r"Half \cdot Up", r"x' = 1 /\ y' = 1 /\ (Loose \cdot Up)"]
)
def test_the_state_between_must_have_all_values(next_: str, tmp_path: Path) -> None:
    found = spec(tmp_path, next_)
    with pytest.raises(PyspecError, match=r"gives no value to [xy]"):
        graph(found)
