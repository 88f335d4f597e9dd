"""What is observed cuts branches of an action short, and loses no step.

A replay gives the observed values of variables to the generator of steps, which
ends a branch as soon as one differs.  Held against all steps of Next, filtered.
"""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from pyspec.conformance import load_spec
from pyspec.conformance.asking import Asker
from pyspec.conformance.observe import looks_of
from pyspec.conformance.walk import ANY
from pyspec.errors import Mistake
from pyspec.language.runtime.errors import EvaluationError
from pyspec.tla2tools import find_toolchain, read_config
from pyspec.trace.model import Observation, Relation
from pyspec.trace.model import Path as Place
from tests.language import laboratory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspec.language.state import State
    from pyspec.language.stepping import Steps
    from pyspec.tla2tools import Toolchain

pytestmark = pytest.mark.java

MOST_STATES = 30
BY_DAY = {
    "actions", "box_actions", "case", "enabled", "if_then_else", "instance", "let",
    "quantifiers", "steps", "traps",
}  # fmt: skip
"""Folders of which two modules each are looked at by day; by night, all."""


IMPURE = {"tlc/RegistersInNext"}
"""Their steps differ from one question to the next, since TLCSet remembers."""

CASES = {case.name: case for case in laboratory.cases()}


def steps_of(name: str, toolchain: Toolchain) -> Steps | None:
    """Compile a module of the corpus as replay does; None if it is not for replay."""
    case = CASES[name]
    try:
        config = read_config(case.config)
        if not config.has_behaviors:
            return None
        spec = load_spec(toolchain, case.module, config)
        return Asker(spec, dict(spec.constants), lambda: toolchain).asking([]).steps
    except (Mistake, EvaluationError):
        return None  # each of them is refused by name, which other tests look at


def compared(steps: Steps, chance: random.Random) -> Iterator[tuple[int, int]]:
    """Yield how many steps there are and how many came when something was observed."""
    spec = steps.spec
    nothing = looks_of((), spec.variables)
    for state in reached(steps):
        every = set(steps.taken(ANY, state, (), *nothing))
        for after in sorted(every, key=repr)[:6]:
            names = chance.sample(
                spec.variables, chance.randint(1, len(spec.variables))
            )
            seen = [observed(spec.variables, name, after) for name in names]
            fits = fitting(spec.variables, names, after)
            came = set(steps.taken(ANY, state, (), *looks_of(seen, spec.variables)))
            assert came <= every
            assert set(filter(fits, came)) == set(filter(fits, every))
            yield len(every), len(came)


def reached(steps: Steps) -> list[State]:
    """Return the first states that a search meets and that have steps."""
    nothing = looks_of((), steps.spec.variables)
    try:
        found = dict.fromkeys(islice(steps.spec.initial_states(), MOST_STATES))
    except EvaluationError:
        return []
    todo = [*found]
    whole: list[State] = []
    while todo and len(whole) < MOST_STATES:
        state = todo.pop(0)
        try:
            after = set(islice(steps.taken(ANY, state, (), *nothing), 1_000))
        except EvaluationError:
            continue  # with less to evaluate there might be no error
        whole.append(state)
        new = sorted(after - found.keys(), key=repr)
        found.update(dict.fromkeys(new))
        todo += new
    return whole


def observed(variables: tuple[str, ...], name: str, after: State) -> Observation:
    value = after[variables.index(name)]
    return Observation(Place(name), Relation.EQUALS, value, primed=True)


def fitting(
    variables: tuple[str, ...], names: list[str], after: State
) -> Callable[[State], bool]:
    places = [variables.index(name) for name in names]
    return lambda state: all(state[n] == after[n] for n in places)


def of_folder(folder: str) -> list[str]:
    return sorted(name for name in CASES if name.startswith(f"{folder}/"))


def cut(names: list[str]) -> tuple[int, int, int]:
    """Return how many modules were compared, and all steps, and those that came."""
    toolchain, chance = find_toolchain(), random.Random(20261121)  # noqa: S311 - to be repeated
    modules = whole = came = 0
    for name in names:
        steps = steps_of(name, toolchain)
        if steps is None:
            continue
        modules += 1
        for every, some in compared(steps, chance):
            whole, came = whole + every, came + some
    return modules, whole, came


@pytest.mark.parametrize("folder", sorted(BY_DAY))
def test_no_step_is_lost(folder: str) -> None:
    modules, whole, came = cut(of_folder(folder)[:2])
    assert modules
    assert whole >= came


@pytest.mark.nightly
def test_no_step_of_the_corpus_is_lost() -> None:
    modules, whole, came = cut(sorted(CASES.keys() - IMPURE))
    assert modules > 150
    assert came < whole * 0.9  # so that branches are cut, and there is a point in this
