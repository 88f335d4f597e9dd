"""Is this a step of the spec?  Compiled against written by hand.

Steps of random walks, decoded in advance, everything observed.  Both sides
answer for all of them, alternately, several times; what counts is the ratio of
the medians of CPU seconds.
"""

from __future__ import annotations

import importlib.util
import random
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspec import load
from pyspec.language.state import Step
from pyspec.tla2tools import read_config
from pyspec.values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspec.language.compiled import Spec

HERE = Path(__file__).parent
COMMIT = HERE.parents[1] / "specs/commit/two_phase_commit/TwoPhaseCommit.tla"
STEPS = 10_000
LENGTH = 100
BOUND = 2.0


def rows(repeat: int) -> Iterator[str]:
    """Return a row of the table for each protocol."""
    for name in ("two_phase_commit", "raft_like"):
        yield row(name, repeat)


def row(name: str, repeat: int) -> str:
    """Compare the two checkers of one protocol."""
    spec, checker = subject(name)
    steps = walk(spec)
    plain = [
        (action, checker.plain(a), checker.given(given), checker.plain(b))
        for action, a, given, b in steps
    ]
    compiled = {action: step_checker(spec, action) for action, *_ in steps}
    ours: list[float] = []
    peer: list[float] = []
    for _ in range(repeat):
        ours.append(seconds(compiled, steps))
        peer.append(seconds(checker.is_step, plain))
    mine, theirs = statistics.median(ours), statistics.median(peer)
    return (
        f"| {len(steps):,} steps of {name} | {mine:.3f} | {theirs:.3f} (by hand) | "
        f"{mine / theirs:.2f} | {BOUND} |"
    )


def seconds(
    checkers: dict[str, Callable[[Any, Any, Any], bool]], steps: list[Any]
) -> float:
    """Return what answering for all steps takes; each must be accepted."""
    began = time.process_time()
    accepted = sum(checkers[action](a, given, b) for action, a, given, b in steps)
    took = time.process_time() - began
    if accepted != len(steps):
        raise SystemExit(f"{len(steps) - accepted} steps of a walk were rejected")
    return took


def step_checker(spec: Spec, action: str) -> Callable[[Any, Any, Any], bool]:
    """Return the compiled checker of an action; successors if there is none yet."""
    make = getattr(spec, "step_checker", None)
    if make is not None:
        made: Callable[[Any, Any, Any], bool] = make(action)
        return made

    def among(before: Any, given: Any, after: Any) -> bool:  # noqa: ANN401 - states
        return Step(action, given, after) in spec.successors(before)

    return among


def subject(name: str) -> tuple[Spec, Any]:
    """Return a compiled spec and the checker that was written by hand."""
    commit = name == "two_phase_commit"
    module = COMMIT if commit else HERE / "specs/RaftLike.tla"
    config = read_config(HERE / f"specs/{module.stem}_replay.cfg")
    given: dict[str, Any] = dict(config.constants)
    found = importlib.util.spec_from_file_location(name, HERE / f"checkers/{name}.py")
    if found is None or found.loader is None:
        raise SystemExit(f"there is no checkers/{name}.py")
    written = importlib.util.module_from_spec(found)
    found.loader.exec_module(written)
    servers = canonical(given["RM" if commit else "Server"])
    checker = written.Checker(*([servers] if commit else [given, servers]))
    return load(module, config), checker


def walk(spec: Spec) -> list[Any]:
    """Return random steps, as (action, state, arguments, state)."""
    steps: list[Any] = []
    chance = random.Random(0)  # noqa: S311 - no secret
    while len(steps) < STEPS:
        state = next(iter(spec.initial_states()))
        for _ in range(LENGTH):
            every = list(spec.successors(state))
            if not every or len(steps) == STEPS:
                break
            # Each action as likely as any, or most steps would be faults.
            name = chance.choice(sorted({step.action for step in every}))
            step = chance.choice([step for step in every if step.action == name])
            steps.append((name, state, step.arguments, step.state))
            state = step.state
    return steps
