"""What is said to be a condition of an action holds wherever it is taken."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyspec import load
from pyspec.conformance import Spec, load_spec
from pyspec.conformance.asking import Asker
from pyspec.tla2tools import Config, find_toolchain, read_config

if TYPE_CHECKING:
    from pyspec.language.facts import Conjunct

pytestmark = pytest.mark.java

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "tools/bench/specs"
SEED = 20261121

SCOPES = r"""---- MODULE Scopes ----
EXTENDS Naturals, Sequences
CONSTANT S
VARIABLES x, y
Init == x = 0 /\ y = <<>>
LOCAL Hidden == x < 3
Room(q) == Len(y) < q
Deep(p) == LET q == p + 1 IN Room(q) /\ x < p
Found(m) == \E p \in S : p = m + 1
Plus(p) == Hidden /\ p > x /\ Found(p) /\ x' = x + 1 /\ UNCHANGED y
Pick(p) == (\E m \in S : m > p /\ Found(m) /\ x' = m) /\ UNCHANGED y
Let(p) ==
  LET more == p + 1
      Put(q) == q > x /\ y' = Append(y, q)
  IN /\ more > 1
     /\ x > 0
     /\ Put(more)
     /\ UNCHANGED x
Either(p) == \/ x = 0 /\ x' = p /\ UNCHANGED y
             \/ x > 2 /\ Len(y) > 0 /\ x' = 0 /\ y' = Tail(y)
Choose(Op(_), p) == Op(p) /\ x' = p /\ UNCHANGED y
Higher(p) == Choose(LAMBDA q : q > x, p)
Passed(A, p) == A /\ p > 0
Acting(p) == Passed(x' = p, p) /\ UNCHANGED y
If(p) == IF x = p THEN y # <<>> /\ y' = Tail(y) /\ UNCHANGED x
                  ELSE /\ Deep(p)
                       /\ x' = 0
                       /\ UNCHANGED y
RECURSIVE Down(_)
Down(n) == IF n = 0 THEN x' = 0 /\ UNCHANGED y ELSE x > n /\ Down(n - 1)
Case(p) == CASE x = 1 -> y' = <<p>> /\ UNCHANGED x
             [] OTHER -> x # 1 /\ x' = 1 /\ UNCHANGED y
Next ==
  \E p \in S :
    \/ Plus(p) \/ Pick(p) \/ Let(p) \/ Either(p) \/ Higher(p) \/ Acting(p)
    \/ If(p) \/ Case(p)
====
"""


@pytest.fixture(scope="module")
def scopes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("scopes") / "Scopes.tla"
    file.write_text(SCOPES, encoding="utf-8")
    return file


def texts(spec: Spec, action: str) -> list[str | None]:
    return [each.text for each in spec.facts.operators[action].conditions]


def test_conditions_are_quoted_over_the_parameters(scopes: Path) -> None:
    spec = load_spec(find_toolchain(), scopes)
    assert texts(spec, "Plus") == ["p > x", "Found(p)"]
    assert texts(spec, "Let") == ["x > 0"]
    assert texts(spec, "Either") == [
        "(x = 0) \\/ ((x > 2) /\\ (Len(y) > 0))",
    ]
    assert texts(spec, "Pick") == ["\\E m \\in S : (m > p) /\\ (Found(m))"]
    assert texts(spec, "If") == ["(x = p) => (y # <<>>)", "~(x = p) => (Deep(p))"]
    assert texts(spec, "Acting") == ["p > 0"]
    assert texts(spec, "Down") == ["~(n = 0) => (x > n)"]
    assert texts(spec, "Case") == []


def test_a_condition_says_where_it_stands(scopes: Path) -> None:
    spec = load_spec(find_toolchain(), scopes)
    [one] = spec.facts.operators["Let"].conditions
    line = SCOPES.splitlines().index("     /\\ x > 0") + 1
    assert (one.location.module, one.location.line) == ("Scopes", line)
    assert one.operands == ("x",)


def broken(module: Path, config: Config, steps: int) -> list[str]:
    """Walk about; return conditions that were false of what happened."""
    spec = load_spec(find_toolchain(), module, config)
    walked = load(module, config)
    said: dict[str, tuple[Conjunct, ...]] = {
        name: spec.facts.operators[name].conditions for name in spec.facts.actions
    }
    asker = Asker.of(spec, spec.constants, cache(find_toolchain))
    names = {
        (action, place): f"pxQ_{number}"
        for number, (action, place) in enumerate(
            (action, place) for action in said for place in range(len(said[action]))
        )
    }
    bodies = []
    for (action, place), name in names.items():
        given = ", ".join(spec.facts.operators[action].parameters)
        head = f"{name}({given})" if given else name
        bodies.append(f"{head} == {said[action][place].text}")
    compiled = asker.steps(bodies, ((), tuple(names.values())))
    chance = random.Random(SEED)  # noqa: S311 - to be repeated
    wrong = []
    state = next(iter(walked.initial_states()))
    for _ in range(steps):
        every = sorted(walked.successors(state), key=repr)
        for step in every:
            for place, condition in enumerate(said.get(step.action, ())):
                name = names[step.action, place]
                if not compiled.value(name, state, step.arguments or ()):
                    wrong.append(f"{step.action}: {condition.text} in {state}")
        others = [step.state for step in every if step.state != state]
        state = chance.choice(others or [next(iter(walked.initial_states()))])
    return wrong


@pytest.mark.parametrize("name", ["RaftLike_replay", "Tickets_tiny", "Parcels_small"])
def test_conditions_hold_wherever_the_action_is_taken(name: str) -> None:
    module = BENCH / f"{name.partition('_')[0]}.tla"
    config = read_config(BENCH / f"{name}.cfg")
    plain = Config(
        init="Init",
        next="Next",
        constants=dict(config.constants),
        overrides=dict(config.overrides),
    )
    wrong = broken(module, plain, 60)
    assert not wrong, wrong[0]


def test_conditions_hold_in_odd_scopes(scopes: Path) -> None:
    config = Config(init="Init", next="Next", constants={"S": frozenset(range(5))})
    wrong = broken(scopes, config, 200)
    assert not wrong, wrong[0]


def test_a_condition_that_is_none_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SCOPES.replace("MODULE Scopes", "MODULE Wrong").replace("p > 0", "p = 1")
    file = tmp_path / "Wrong.tla"
    file.write_text(text, encoding="utf-8")
    config = Config(init="Init", next="Next", constants={"S": frozenset(range(5))})
    spec = load_spec(find_toolchain(), file, config)
    file.write_text(text.replace("p = 1", "p > 0"), encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.load_spec", lambda *_: spec)
    assert any("Acting: p = 1" in each for each in broken(file, config, 5))
