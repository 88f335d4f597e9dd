"""The search for an interleaving of logs that is a behavior of the spec.

What is searched are pairs of a cut (how many events of each log have happened)
and a state that the spec may be in there: depth first, since most logs that
conform are found to by going on wherever that is possible, and no pair twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyspec.explore.limits import Stopped
from pyspec.explore.result import Cause
from pyspec.language.runtime.errors import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyspec.conformance.causality import Cut, Execution, Place
    from pyspec.conformance.independence import Independence
    from pyspec.conformance.walk import Walk
    from pyspec.language.state import State

__all__ = ["MOST_PAIRS", "Interleaving"]

MOST_PAIRS: Final = 300_000
"""Pairs of a cut and a state that a search may come to."""


@dataclass(slots=True)
class _Pair:
    """Where the search is, and what it has not tried there yet."""

    cut: Cut
    state: State
    rest: Iterator[tuple[int, State]]


@dataclass(slots=True)
class Interleaving:
    """One search.  `walk` has been started; it says what each event does.

    `independence`, if it is known, spares interleavings; then silent steps may
    be any number, so `walk` must not be bounded.  After `found`, `order` is the
    interleaving, or the longest beginning of one that was come to, and `failed`
    the first event without a value in some state, and why.
    """

    execution: Execution
    walk: Walk
    independence: Independence | None = None
    most: int = MOST_PAIRS
    order: list[Place] = field(default_factory=list)
    failed: tuple[Place, EvaluationError] | None = None
    _errors: int = 0
    _seen: set[tuple[Cut, State]] = field(default_factory=set)
    _same: dict[object, object] = field(default_factory=dict)

    def found(self) -> bool:
        """Search; False if no interleaving matches.  Stopped at a limit."""
        path: list[Place] = []
        begin: Cut = (0,) * len(self.execution.logs)
        end = tuple(len(log.events) for log in self.execution.logs)
        for state in self.walk.states:
            stack = [_Pair(begin, state, self._ways(begin, state))]
            while stack:
                here = stack[-1]
                if here.cut == end:
                    return True
                after = next(here.rest, None)
                if after is None:
                    stack.pop()
                    del path[-1:]
                elif (pair := self._new(here.cut, *after)) is not None:
                    stack.append(pair)
                    path.append((after[0], here.cut[after[0]]))
                    if len(path) > len(self.order):
                        self.order = [*path]
        return False

    def _new(self, cut: Cut, process: int, state: State) -> _Pair | None:
        """Return the pair after an event, if it was not come to before."""
        after = (*cut[:process], cut[process] + 1, *cut[process + 1 :])
        state = self._shared(state)
        if (after, state) in self._seen:
            return None
        if len(self._seen) >= self.most:
            message = f"more than {self.most:,} pairs of a cut and a state"
            raise Stopped(Cause.STATES, message)
        self._seen.add((after, state))
        return _Pair(after, state, self._ways(after, state))

    def _shared(self, state: State) -> State:
        """Return an equal state made of values that are there already."""
        return tuple(self._same.setdefault(value, value) for value in state)

    # ------------------------------------------------------------ one pair

    def _ways(self, cut: Cut, state: State) -> Iterator[tuple[int, State]]:
        """Return each process that can go on, with a state that this leads to."""
        known: dict[int, list[State]] = {}

        def possible(process: int) -> bool:
            if process not in known:
                known[process] = self._after((process, cut[process]), (state,))
            return bool(known[process])

        free = self._free(cut)
        if self.independence is not None and len(free) > 1:
            before = self._errors
            first = self.independence.first(cut, state, possible)
            if first is not None and self._errors == before:
                for process in self._preferred(cut, set(first) & set(free)):
                    possible(process)
                    yield from ((process, after) for after in known[process])
                return
        for process in self._preferred(cut, free):
            possible(process)
            yield from ((process, after) for after in known[process])
        yield from self._later(cut, state, free)

    def _later(
        self, cut: Cut, state: State, free: Iterable[int]
    ) -> Iterator[tuple[int, State]]:
        """Return what is possible after silent steps."""
        quiet: set[State] = set()
        try:
            quiet = self.walk.closed({state}) - {state}
        except EvaluationError as error:
            for process in free:
                self._fail((process, cut[process]), error)
        for process in self._preferred(cut, free) if quiet else ():
            for after in self._after((process, cut[process]), quiet):
                yield process, after

    def _after(self, place: Place, states: Iterable[State]) -> list[State]:
        """Return the states after an event; none where it has no value."""
        plan = self.walk.plan(self.execution.event(place))
        found: dict[State, None] = {}
        for state in states:
            try:
                found.update(dict.fromkeys(plan.taken(state)))
            except EvaluationError as error:
                self._fail(place, error)
        return [*found]

    def _fail(self, place: Place, error: EvaluationError) -> None:
        self._errors += 1
        self.failed = self.failed or (place, error)

    def _free(self, cut: Cut) -> list[int]:
        """Return the processes whose next event waits for no other."""
        needs = self.execution.needs
        return [
            process
            for process, done in enumerate(cut)
            if done < len(needs[process])
            and all(n <= d for n, d in zip(needs[process][done], cut, strict=True))
        ]

    def _preferred(self, cut: Cut, processes: Iterable[int]) -> list[int]:
        """Return processes in the order in which they are tried.

        By the times of their next events, or so that all logs get on alike.
        """
        logs = self.execution.logs
        times = {p: logs[p].events[cut[p]].time_ns for p in processes}
        if None not in times.values():
            return sorted(times, key=lambda p: times[p] or 0)
        return sorted(times, key=lambda p: cut[p] / len(logs[p].events))
