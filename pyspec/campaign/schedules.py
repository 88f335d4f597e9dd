"""Runs of a reference implementation, held to the spec."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyspec.conformance import Judgement, ask
from pyspec.trace.model import Call
from refimpl.protocol import find, find_broken
from refimpl.sim.world import simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyspec.conformance import Engine, Spec, Verdict
    from pyspec.trace.model import Trace
    from refimpl.protocol import Broken, Protocol


@dataclass(frozen=True, slots=True)
class Conformance:
    """What a number of random schedules showed.

    `failures` are verdicts other than conforms; `actions` counts the events of
    all runs by the spec's action.
    """

    runs: int
    events: int
    failures: tuple[Verdict, ...]
    actions: Counter[str]


@dataclass(frozen=True, slots=True)
class BrokenFound:
    """A broken implementation and the first schedule that gave it away, if any.

    `problem` says what is not as it should be; None if it was rejected at the
    event that is meant, or owes the action that is meant.
    """

    broken: Broken
    verdict: Verdict | None
    problem: str | None


def run_schedules(
    protocol: Protocol,
    seeds: Iterable[int],
    spec: Spec,
    engine: Engine,
) -> Conformance:
    """Run the implementation under its fault model and replay every trace.

    Its configurations take turns.
    """
    turns = itertools.cycle(protocol.configurations)
    traces = [
        record(configured, seed, variant)
        for seed, (variant, configured) in zip(seeds, turns, strict=False)
    ]
    verdicts = replay(traces, spec, engine)
    return Conformance(
        runs=len(traces),
        events=sum(len(trace.events) for trace in traces),
        failures=tuple(
            verdict
            for verdict in verdicts
            if verdict.headline != Judgement.CONFORMS.value
        ),
        actions=Counter(name for trace in traces for name in actions_of(trace)),
    )


def record(protocol: Protocol, seed: int, variant: str = "") -> Trace:
    """Return the trace of one run, named by its seed."""
    name = ", ".join(filter(None, (protocol.slug, variant, f"seed {seed}")))
    return replace(simulate(protocol, seed), file=f"<{name}>")


def replay(
    traces: Sequence[Trace],
    spec: Spec,
    engine: Engine,
) -> list[Verdict]:
    """Hold traces to a spec."""
    return engine.decide([ask(spec, trace) for trace in traces])


def actions_of(trace: Trace) -> Iterable[str]:
    """Return the action of each recorded step that names one."""
    for event in trace.events:
        for step in event.steps:
            if isinstance(step, Call):
                yield step.action


def try_broken(slug: str, spec: Spec, engine: Engine) -> list[BrokenFound]:
    """Replay the broken implementations of a protocol; each must be found."""
    found = find_broken(slug)
    traces = [
        (broken, replace(trace, file=f"<{broken.name}, seed {seed}>"))
        for broken in found
        for seed in broken.seeds
        for trace in [simulate(broken.protocol, seed, broken.faults)]
    ]
    verdicts = replay([trace for _, trace in traces], spec, engine)
    by_name: dict[str, list[Verdict]] = {}
    for (broken, _), verdict in zip(traces, verdicts, strict=True):
        by_name.setdefault(broken.name, []).append(verdict)
    return [_judge(broken, by_name.get(broken.name, [])) for broken in found]


def _judge(broken: Broken, verdicts: list[Verdict]) -> BrokenFound:
    if broken.owes:
        return _owing(broken, verdicts)
    rejected = [v for v in verdicts if v.judgement is Judgement.REJECTED]
    if not rejected:
        said = ", ".join(sorted({v.headline for v in verdicts})) or "no schedule ran"
        return BrokenFound(broken, None, f"not rejected ({said})")
    for verdict in rejected:
        names = {
            step.action
            for step in (verdict.event.steps if verdict.event else ())
            if isinstance(step, Call)
        }
        if not names & broken.rejected_at:
            meant = " or ".join(sorted(broken.rejected_at))
            return BrokenFound(
                broken,
                verdict,
                f"rejected at {', '.join(sorted(names)) or 'INIT'}, not at {meant}",
            )
    return BrokenFound(broken, rejected[0], None)


def _owing(broken: Broken, verdicts: list[Verdict]) -> BrokenFound:
    """Judge a mistake that takes no wrong step but stops too soon."""
    unfair = [v for v in verdicts if v.fairness is not None and v.fairness.owed]
    if not unfair:
        said = ", ".join(sorted({v.headline for v in verdicts})) or "no schedule ran"
        return BrokenFound(broken, None, f"nothing is owed ({said})")
    for verdict in unfair:
        owed = verdict.fairness.owed if verdict.fairness else ()
        if broken.owes not in {each.call.action for each in owed if each.call}:
            problem = f"{verdict.headline}, not {broken.owes}"
            return BrokenFound(broken, verdict, problem)
    return BrokenFound(broken, unfair[0], None)


def implementation_of(slug: str) -> Protocol:
    """Return the reference implementation of a protocol; KeyError if none."""
    return find(slug)
