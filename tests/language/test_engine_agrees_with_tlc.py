"""The native engine's states and labelled edges are TLC's, module by module.

A first version of the engine does not know everything yet.  What it does not
know stands in `unfinished.toml` with its reason; a module that is listed there
and agrees fails too, so that the list can only become shorter.
"""

from __future__ import annotations

import contextvars
import random
import tomllib
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyspec.errors import Mistake, PyspecError
from pyspec.language.compiled import Spec, compile_spec
from pyspec.language.runtime.modules import tlc
from pyspec.tla2tools import (
    Cause,
    Toolchain,
    Verdict,
    find_toolchain,
    read_config,
    sany,
)
from pyspec.tla2tools.modules import involved
from tests.language import laboratory

if TYPE_CHECKING:
    from pyspec.language.compiled import State
    from pyspec.tla2tools import Config

HERE = Path(__file__).parent
MOST_STATES = 20_000
pytestmark = pytest.mark.java

CASES = {case.name: case for case in laboratory.cases()}
UNFINISHED = tomllib.loads((HERE / "unfinished.toml").read_text("utf-8"))["modules"]


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def answers(toolchain: Toolchain) -> dict[str, Any]:
    found: dict[str, Any] = laboratory.ask(toolchain, list(CASES.values()))
    return found


def load(toolchain: Toolchain, module: Path, config: Config) -> Spec:
    files = involved(module, (module.parent,))
    own = {name: file.read_text() for name, file in files.items()}
    xml = sany.export_xml(toolchain, module)
    return compile_spec(xml, config, lambda name: name not in own, own)


@dataclass
class Walk:
    """States and labelled edges, as TLC's dump has them.

    `stopped` is where TLC would stop, in the words of a case's first line.
    """

    initial: set[Any] = field(default_factory=set)
    edges: set[Any] = field(default_factory=set)
    stopped: str | None = None


def explore(spec: Spec, config: Config) -> Walk:
    """Search breadth first, as far as TLC goes.

    Invariants are checked on states outside of the constraints too.
    """
    return contextvars.copy_context().run(explored, spec, config)


def explored(spec: Spec, config: Config) -> Walk:
    """Search where registers and dice are those of this search alone."""
    tlc.dice.set(random.Random(0))  # noqa: S311 - no secret
    walk, seen = Walk(), set()
    for state in spec.initial_states():
        walk.stopped = walk.stopped or violated(spec, state)
        if inside(spec, state):
            walk.initial.add(state)
    if not walk.initial:
        raise Mistake("there is no initial state")
    todo = deque(walk.initial)
    seen |= walk.initial
    while todo and walk.stopped is None:
        state = todo.popleft()
        steps = list(spec.successors(state))
        if not steps and config.check_deadlock is not False:
            walk.stopped = "deadlock"
        for step in steps:
            if step.state not in seen and walk.stopped is None:
                walk.stopped = violated(spec, step.state)
            if not allowed(spec, state, step.state):
                continue
            walk.edges.add((state, step.action, step.state))
            if step.state not in seen:
                seen.add(step.state)
                todo.append(step.state)
        assert len(seen) < MOST_STATES
    return walk


def violated(spec: Spec, state: State) -> str | None:
    for name, holds in spec.invariants.items():
        if not holds(state):
            return f"violates {name}"
    return None


def inside(spec: Spec, state: State) -> bool:
    return all(holds(state) for holds in spec.constraints)


def allowed(spec: Spec, before: State, after: State) -> bool:
    return inside(spec, after) and all(
        holds(before, after) for holds in spec.action_constraints
    )


def problem(toolchain: Toolchain, answer: Any, case: Any) -> str | None:  # noqa: ANN401
    """Say how the engine's answer differs; None if it does not."""
    refused = answer.verdict is Verdict.ERROR or answer.cause is Cause.ASSERTION
    config = read_config(case.config)
    try:
        spec = load(toolchain, case.module, config)
        if config.view or config.symmetry:
            return quotient_problem(spec, answer.ordered(spec.variables))
        walk = explore(spec, config)
    except PyspecError as error:
        return None if refused else f"refused: {error.message}"
    except (RecursionError, KeyError, AssertionError) as error:
        return f"fails: {type(error).__name__}"
    if refused:
        return f"accepts what TLC refuses: {answer.message}"
    return graph_problem(walk, answer.ordered(spec.variables), config)


def graph_problem(walk: Walk, answer: Any, config: Config) -> str | None:  # noqa: ANN401
    """Compare graphs; where a search stopped there are none, only the reason."""
    if walk.stopped is not None or answer.cause in {Cause.INVARIANT, Cause.DEADLOCK}:
        stopped = walk.stopped or "ok"
        temporal = answer.property in config.properties
        if temporal or stopped == answer.stated:
            return None  # a temporal property may fail before the walk ends
        return f"{stopped}, where TLC says: {answer.stated}"
    if not answer.complete:
        return None
    if walk.initial != set(answer.initial):
        return "other initial states"
    return None if walk.edges == set(answer.edges) else "other edges"


def quotient_problem(spec: Spec, theirs: Any) -> str | None:  # noqa: ANN401
    """Compare what does not depend on which state stands for its class.

    TLC's states are reachable, and from each go steps with the same labels.
    """
    reached = set(spec.initial_states())
    if not set(theirs.initial) <= reached:
        return "other initial states"
    labels = set()
    for state in theirs.states:
        for step in spec.successors(state):
            if allowed(spec, state, step.state):
                labels.add((state, step.action))
                reached.add(step.state)
    if not theirs.states <= reached:
        return "other states"
    same = labels == {(state, action) for state, action, _ in theirs.edges}
    return None if same or not theirs.complete else "other labels"


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_engine_agrees_with_tlc(
    toolchain: Toolchain,
    answers: dict[str, Any],
    name: str,
) -> None:
    answer = answers[name]
    found = problem(toolchain, answer, CASES[name])
    if name in UNFINISHED:
        assert found is not None, "it agrees now: take it off the list"
    else:
        assert found is None


def test_what_is_unfinished_is_there_and_has_a_reason() -> None:
    assert set(UNFINISHED) <= set(CASES)
    assert all(UNFINISHED.values())
