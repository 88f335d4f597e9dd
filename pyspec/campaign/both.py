"""Jobs decided by TLC and the native engine, and held against each other.

Where the two differ one of them is wrong, and as TLC is the authority that is
a bug of ours: it is reported with all that is needed to look into it.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyspec.campaign import native
from pyspec.errors import Mistake
from pyspec.language.load import read_config
from pyspec.tla2tools import Cause, Config, Job, Verdict
from pyspec.tla2tools import run as run_tlc
from pyspec.tla2tools import run_all as run_all_tlc
from pyspec.values import show_state

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyspec.campaign.native import Native
    from pyspec.explore.space import StateSpace
    from pyspec.tla2tools import Outcome, Progress, Toolchain
    from pyspec.tla2tools.dot import StateGraph

__all__ = ["MOST_COMPARED", "Both", "Edges", "compare_edges", "difference_of_graphs"]

MOST_COMPARED: Final = 20_000
"""Distinct states up to which labelled edges are compared, too."""


@dataclass(frozen=True, slots=True)
class Both:
    """Runs jobs with both engines.

    `report` is called with TLC's and the native outcome of a difference, and
    what it is; it returns the name of a file, or None.
    """

    toolchain: Toolchain
    how: Native
    report: Callable[[Job, Outcome, Outcome, str], str | None] = lambda *_: None

    def run_all(
        self,
        jobs: Sequence[Job],
        *,
        parallel: int = 1,
        progress: Callable[[int, Progress], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[tuple[int, Outcome]]:
        """Run jobs; yield (index, outcome) as they end."""
        for index, theirs in run_all_tlc(
            self.toolchain, jobs, parallel=parallel, progress=progress, stop=stop
        ):

            def tell(far: Progress, index: int = index) -> None:
                if progress is not None:
                    progress(index, far)

            yield index, self.joined(jobs[index], theirs, tell, stop)

    def joined(
        self,
        job: Job,
        theirs: Outcome,
        progress: Callable[[Progress], None] | None = None,
        stop: threading.Event | None = None,
    ) -> Outcome:
        """Ask the native engine what TLC was asked, and compare."""
        # Other runs of TLC may start meanwhile, and would inherit a bound.
        how = replace(self.how, bound_by_system=False)
        ours = native.run(
            job,
            toolchain=lambda: self.toolchain,
            how=how,
            progress=progress,
            stop=stop,
        )
        found = self.difference(job, theirs, ours)
        place = None if found is None else self.report(job, theirs, ours, found)
        return replace(
            theirs,
            engine="both",
            parts=(theirs, ours),
            difference=found,
            report=place,
        )

    def difference(self, job: Job, theirs: Outcome, ours: Outcome) -> str | None:
        """Say what the two do not agree on; None if one of them did not decide.

        What is drawn by chance (RandomElement and the like) has no one answer.
        """
        if not _decided(theirs) or not _decided(ours):
            return None
        if ours.chance is not None:
            return None  # each engine has drawn something else
        if _kind(theirs) != _kind(ours):
            return f"TLC says: {theirs.message}; native: {ours.message}"
        if theirs.verdict is Verdict.VIOLATED:
            return self._other_violation(job, theirs, ours)
        if theirs.exhaustive and ours.exhaustive and not _is_quotient(_config(job)):
            return _other_count(theirs, ours)
        return None

    def _other_violation(self, job: Job, theirs: Outcome, ours: Outcome) -> str | None:
        """Of several properties that are violated, each may have found another."""
        if (theirs.cause, theirs.property) == (ours.cause, ours.property):
            return None
        if ours.property is not None and ours.property in theirs.candidates:
            return None
        only = _only(_config(job), theirs)
        if only is None:
            return None
        alone = native.run(
            replace(job, config=only, deadlock=None, name_property=False),
            toolchain=lambda: self.toolchain,
            how=replace(self.how, bound_by_system=False),
        )
        if alone.verdict is Verdict.VIOLATED or not _decided(alone):
            return None
        return f"TLC says: {theirs.message}; native: {alone.message}"


def _decided(outcome: Outcome) -> bool:
    return outcome.verdict in {Verdict.OK, Verdict.VIOLATED} or (
        outcome.cause in {Cause.ASSUMPTION, Cause.NO_INITIAL_STATE}
    )


def _kind(outcome: Outcome) -> object:
    """Return the verdict; what is wrong, where that decides as well."""
    return outcome.cause if outcome.verdict is Verdict.ERROR else outcome.verdict


def _config(job: Job) -> Config:
    if isinstance(job.config, Config):
        return job.config
    return read_config(job.config_path or job.module.with_suffix(".cfg"))


def _is_quotient(config: Config) -> bool:
    """Whether the number of states may depend on which of them come first."""
    return config.view is not None or config.symmetry is not None


def _other_count(theirs: Outcome, ours: Outcome) -> str | None:
    if theirs.distinct == ours.distinct:
        return None
    return (
        f"TLC finds {theirs.distinct or 0:,} distinct states, "
        f"the native engine {ours.distinct or 0:,}"
    )


def _only(config: Config, theirs: Outcome) -> Config | None:
    """Return a cfg that asks for nothing but what TLC found to be violated."""
    nothing = replace(config, invariants=(), properties=(), check_deadlock=False)
    name = theirs.property
    if theirs.cause is Cause.DEADLOCK:
        return replace(nothing, check_deadlock=True)
    if theirs.cause is Cause.ASSERTION:
        return nothing
    if name in config.invariants:
        return replace(nothing, invariants=(name,))
    if name in config.properties:
        return replace(nothing, properties=(name,))
    return None


# --------------------------------------------------------------------------
# State graphs


class Edges(NamedTuple):
    """How many labelled edges were compared, and where they first differ.

    None were compared if there are too many, or one of the two engines has no
    whole graph, or a VIEW or SYMMETRY leaves one state of each class.
    """

    compared: int
    difference: str | None = None


def compare_edges(job: Job, toolchain: Toolchain, how: Native) -> Edges:
    """Have both engines write their state graphs, and compare those."""
    from pyspec.tla2tools import read_dot  # noqa: PLC0415 - slow, and few need it

    config = _config(job)
    if _is_quotient(config):
        return Edges(0)
    # Nothing may end a search before it is complete.
    config = replace(config, invariants=(), properties=(), check_deadlock=False)
    job = replace(job, config=config, deadlock=False, coverage=False)
    with tempfile.TemporaryDirectory(prefix="pyspec-") as folder:
        dump = Path(folder) / "graph.dot"
        theirs = run_tlc(toolchain, replace(job, dump=dump))
        if not theirs.exhaustive or (theirs.distinct or 0) > MOST_COMPARED:
            return Edges(0)
        try:
            graph = read_dot(dump)
        except Mistake:
            return Edges(0)
    limited = replace(how, states=MOST_COMPARED, keep_edges=True, bound_by_system=False)
    run = native.Run(job, lambda: toolchain, limited, None, None)
    if not run.outcome().exhaustive:
        return Edges(0)
    found = difference_of_graphs(graph, run.search.space, run.search.model.variables)
    return Edges(graph.number_of_edges(), found)


def difference_of_graphs(
    graph: StateGraph, space: StateSpace, variables: tuple[str, ...]
) -> str | None:
    """Say at which state TLC's graph and the native space first differ."""
    nodes: Mapping[int, Mapping[str, Any]] = dict(graph.nodes.items())

    def state_at(node: int) -> tuple[Any, ...]:
        return tuple(nodes[node]["state"][name] for name in variables)

    known = {state_at(node): node for node in nodes}
    begin = {state_at(node) for node in nodes if nodes[node]["initial"]}
    ours = {space.states[number] for number in space.initial}
    if begin != ours:
        return "other initial states\n" + _listed(begin - ours, ours - begin, variables)
    for number in range(len(space)):
        state = space.states[number]
        if state not in known:
            return f"TLC does not have this state\n{_shown(state, variables)}"
        edges = graph.out_edges(known[state], keys=True)
        here = {(label, state_at(target)) for _, target, label in edges}
        there = {(step.action, step.state) for _, step in space.edges(number)}
        if here != there:
            told = f"other steps from this state\n{_shown(state, variables)}\n"
            return told + _steps(here - there, there - here, variables)
    return None


_MOST_SHOWN: Final = 3


def _listed(theirs: set[Any], ours: set[Any], variables: tuple[str, ...]) -> str:
    lines = []
    for who, states in (("TLC", theirs), ("native", ours)):
        lines += [
            f"only {who} has\n{_shown(state, variables)}"
            for state in sorted(states, key=repr)[:_MOST_SHOWN]
        ]
    return "\n".join(lines)


def _steps(theirs: set[Any], ours: set[Any], variables: tuple[str, ...]) -> str:
    lines = []
    for who, steps in (("TLC", theirs), ("native", ours)):
        lines += [
            f"only {who} has the step {label} to\n{_shown(state, variables)}"
            for label, state in sorted(steps, key=repr)[:_MOST_SHOWN]
        ]
    return "\n".join(lines)


def _shown(state: tuple[Any, ...], variables: tuple[str, ...]) -> str:
    with contextlib.suppress(Mistake):
        return show_state(dict(zip(variables, state, strict=True)))
    return repr(state)
